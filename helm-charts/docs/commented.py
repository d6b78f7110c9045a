"""A values.yaml and its comments, as what each key means and may be.

Above a key stands `# -- what it means`, on several lines if need be, then `# @schema {minimum: 0}`:
what a value must be beyond having the default's type, in the words of JSON Schema (draft 7).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import yaml

Schema = dict[str, Any]


class ValuesError(ValueError):
    """A values.yaml of which nothing can be made; the text says why."""


@dataclass(frozen=True)
class Value:
    """A key of values.yaml.

    Attributes:
        path: The keys that lead to it, its own last.
        default: What stands there.
        meaning: What its comment says.
        rules: What its comment adds to its schema.
        children: The keys below it.
    """

    path: tuple[str, ...]
    default: Any
    meaning: str
    rules: Schema
    children: tuple["Value", ...]

    @property
    def key(self) -> str:
        """The path as `--set` takes it."""
        return ".".join(self.path)


def read(text: str) -> Value:
    """Read a values.yaml.

    Raises:
        ValuesError: If a key's meaning isn't told, or a default has no type.
    """
    lines = text.splitlines()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    content = yaml.safe_load(text)
    return Value((), content, "", {}, tuple(_children(root, content, (), lines, told=False)))


def _children(
    node: yaml.Node | None, default: Any, path: tuple[str, ...], lines: list[str], *, told: bool
) -> Iterator[Value]:
    if not isinstance(node, yaml.MappingNode):
        return
    for key_node, value_node in node.value:
        key = key_node.value
        meaning, rules = _comment(lines[: key_node.start_mark.line])
        below, value = (*path, key), default[key]
        children = tuple(_children(value_node, value, below, lines, told=told or bool(meaning)))
        if not (children or meaning or told):
            raise ValuesError(f"{'.'.join(below)} has no meaning: write it above, `# -- …`")
        yield Value(below, value, meaning, rules, children)


def _comment(above: list[str]) -> tuple[str, Schema]:
    """Return what the comment right above a key says: its meaning, and what its schema adds."""
    comment = [
        line.strip().removeprefix("#").strip()
        for line in takewhile(lambda line: line.strip().startswith("#"), reversed(above))
    ][::-1]
    text = " ".join(line for line in comment if not line.startswith("@schema"))
    rules: Schema = {}
    for line in comment:
        if line.startswith("@schema"):
            rules |= yaml.safe_load(line.removeprefix("@schema"))
    return text.removeprefix("-- ") if text.startswith("-- ") else "", rules
