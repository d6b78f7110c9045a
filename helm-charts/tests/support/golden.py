"""What a release looks like on paper: the default whole, each scenario by what it changes."""

import copy
import difflib
from collections.abc import Iterator

import yaml

from .manifests import Manifest, name, walk

CONTEXT_LINES = 2
ELIDED = "…"
# So many files of a ConfigMap are named; more are the workspace's, which change daily.
MOST_FILES = 4


def whole(manifests: list[Manifest]) -> str:
    """All objects, by kind and name."""
    shown = _shown(manifests)
    return "---\n".join(shown[own] for own in sorted(shown))


def difference(before: list[Manifest], after: list[Manifest]) -> str:
    """What becomes of a release: objects that go, objects that come, and lines that change."""
    old, new = _shown(before), _shown(after)
    return "\n".join(_changes(old, new))


def _changes(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for own in sorted(old.keys() | new.keys()):
        if own not in new:
            yield f"- {own}\n"
        elif own not in old:
            yield f"+ {own}\n" + "".join(f"+{line}\n" for line in new[own].splitlines())
        elif old[own] != new[own]:
            yield f"~ {own}\n" + _lines(old[own], new[own])


def _lines(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=CONTEXT_LINES, lineterm="")
    changed = [line for line in lines if not line.startswith(("---", "+++"))]
    return "".join(f"{'@@' if line.startswith('@@') else line}\n" for line in changed)


def _shown(manifests: list[Manifest]) -> dict[str, str]:
    return {name(manifest): _text(manifest) for manifest in manifests}


def _text(manifest: Manifest) -> str:
    shown = copy.deepcopy(manifest)
    if manifest["kind"] == "ConfigMap":
        files = list(manifest["data"])
        shown["data"] = dict.fromkeys(files, ELIDED) if len(files) <= MOST_FILES else ELIDED
    for path, value in walk(shown):
        if path.endswith("annotations") and isinstance(value, dict):
            value.update({key: ELIDED for key in value if key.startswith("checksum/")})
    return yaml.dump(shown, Dumper=yaml.CSafeDumper, allow_unicode=True, width=100)
