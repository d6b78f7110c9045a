"""Whether objects are valid, strictly, by the schemas of Kubernetes and of operators' kinds."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from .manifests import Manifest

OLDEST = (1, 30)
SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema"
CUSTOM_KINDS = Path(__file__).parent / "custom_kinds.yaml"

Schema = dict[str, Any]


def versions() -> list[str]:
    """The versions of Kubernetes that we support and that have schemas, oldest first."""
    names = (folder.name for folder in SCHEMAS.iterdir() if folder.name.endswith("-strict"))
    numbers = sorted(tuple(map(int, name[1:].split(".")[:2])) for name in names)
    return [f"{major}.{minor}" for major, minor in numbers if (major, minor) >= OLDEST]


def invalid(manifest: Manifest, version: str) -> Iterator[str]:
    """What is wrong with an object for a version of Kubernetes: `spec.replicas: '1' is not …`."""
    validator = _validator(manifest["apiVersion"], manifest["kind"], version)
    if validator is None:
        yield f"Kubernetes {version} has no {manifest['kind']} in {manifest['apiVersion']}"
        return
    for error in validator.iter_errors(manifest):
        yield f"{error.json_path.removeprefix('$.')}: {error.message}"


@cache
def _validator(api: str, kind: str, version: str) -> Draft202012Validator | None:
    if schema := _custom().get((api, kind)):
        return Draft202012Validator(schema)
    folder = SCHEMAS / f"v{version}.0-local-strict"
    group, _, of_group = api.rpartition("/")
    file = folder / "-".join(filter(None, [kind.lower(), group.split(".")[0], of_group + ".json"]))
    if not file.is_file():
        return None
    return Draft202012Validator(json.loads(file.read_text()), registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    text = (SCHEMAS / f"v{version}.0-local-strict" / "_definitions.json").read_text()
    return Resource.from_contents(json.loads(text)) @ Registry()


@cache
def _custom() -> Mapping[tuple[str, str], Schema]:
    entries = yaml.safe_load(CUSTOM_KINDS.read_text())
    return {(entry["api"], entry["kind"]): entry["schema"] for entry in entries}
