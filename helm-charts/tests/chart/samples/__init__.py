"""Small releases to try the rules on, and to break."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from ..broken import REMOVED
from ..manifests import Manifest


def read_sample(name: str) -> list[Manifest]:
    """The objects of a sample, of which no two share a part: YAML's aliases are copied."""
    content = yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text())
    copied: list[Manifest] = json.loads(json.dumps(content))
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


def _index(inner: Any, key: str) -> str | int:
    return int(key) if isinstance(inner, list) else key
