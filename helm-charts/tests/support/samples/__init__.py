"""A small release to try the rules on, and faults to put into it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..manifests import Manifest

REMOVED = object()


@dataclass(frozen=True)
class Fault:
    """What is put where, the rule that is to find it, and a part of what that says."""

    rule: str
    owner: str
    path: str
    value: Any
    says: str

    def __str__(self) -> str:
        value = "nothing" if self.value is REMOVED else str(self.value)[:20]
        return f"{self.rule}: {self.owner} {self.path} = {value}"


def read_faults() -> list[Fault]:
    """All faults, at least one for each rule."""
    return [fault for group in _read("faults") for fault in _faults(group)]


def read_sample(name: str) -> list[Manifest]:
    """The objects of a sample, of which no two share a part: YAML's aliases are copied."""
    copied: list[Manifest] = json.loads(json.dumps(_read(name)))
    return copied


def put(manifest: Manifest, path: str, value: Any) -> None:
    r"""Set a value in place, or remove it; keys are divided by dots, `\.` is a dot in a key.

    Without a path, the object itself becomes what the value says.
    """
    if not path:
        manifest.update(value)
        return
    *keys, last = (key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", path))
    inner: Any = manifest
    for key in keys:
        inner = inner[_index(inner, key)]
    if value is REMOVED:
        del inner[last]
    else:
        inner[_index(inner, last)] = value


def _faults(group: dict[str, Any]) -> Iterator[Fault]:
    for entry in group["faults"]:
        path = ".".join(filter(None, [group.get("below"), entry.get("path")]))
        value = entry.get("value", REMOVED)
        if "times" in entry:
            value *= entry["times"]
        yield Fault(entry["rule"], group["owner"], path, value, str(entry["says"]))


def _read(name: str) -> Any:
    return yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text())


def _index(inner: Any, key: str) -> str | int:
    return int(key) if isinstance(inner, list) else key
