"""Read a values.yaml with its comments: what each key means, and which values it takes.

Above a key stands `# -- meaning`, on several lines if need be. `# @schema {minimum: 0}` adds to the
JSON Schema (draft 7) that follows from the default's type. `# @default {without: [target]}` marks
the block of a server, which takes the keys of the section `default` as well, but for some.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import yaml

DEFAULT = "default"

Schema = dict[str, Any]


class ValuesError(ValueError):
    """A values.yaml that says too little; the message says what is missing."""


@dataclass(frozen=True)
class Comment:
    """The comment above a key.

    Attributes:
        meaning: The text after `# --`.
        rules: The schema's additions.
        excluded: The keys of `default` that a server's block doesn't take; None for other keys.
    """

    meaning: str = ""
    rules: Schema = field(default_factory=dict)
    excluded: frozenset[str] | None = None


@dataclass(frozen=True)
class Value:
    """A key of values.yaml.

    Attributes:
        path: The keys that lead to it, its own last.
        default: The default value.
        comment: The comment above it.
        children: The keys below it.
    """

    path: tuple[str, ...]
    default: Any
    comment: Comment = field(default_factory=Comment)
    children: tuple["Value", ...] = ()

    @property
    def key(self) -> str:
        """The path as `--set` takes it."""
        return ".".join(self.path)

    @property
    def name(self) -> str:
        """The last key of the path."""
        return self.path[-1]

    def find(self, *path: str) -> "Value | None":
        """Return the value below some keys, or None."""
        for key in path:
            below = {child.name: child for child in self.children}
            if key not in below:
                return None
            self = below[key]
        return self


def read(text: str) -> Value:
    """Read a values.yaml.

    Raises:
        ValuesError: If a key has no meaning, neither its own nor that of its section.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return _Reader(text.splitlines()).value(root, yaml.safe_load(text), ())


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def value(self, node: yaml.Node | None, default: Any, path: tuple[str, ...]) -> Value:
        return Value(path, default, Comment(), tuple(self._children(node, default, path, False)))

    def _children(
        self, node: yaml.Node | None, default: Any, path: tuple[str, ...], described: bool
    ) -> Iterator[Value]:
        if not isinstance(node, yaml.MappingNode):
            return
        for key_node, value_node in node.value:
            below, value = (*path, key_node.value), default[key_node.value]
            comment = _comment(self._lines[: key_node.start_mark.line])
            known = described or bool(comment.meaning) or comment.excluded is not None
            children = tuple(self._children(value_node, value, below, known))
            if not (children or known):
                raise ValuesError(f"{'.'.join(below)} has no meaning: write it above, `# -- …`")
            yield Value(below, value, comment, children)


def _comment(above: list[str]) -> Comment:
    """Return the comment that ends the lines above a key."""
    lines = [
        line.strip().removeprefix("#").strip()
        for line in takewhile(lambda line: line.strip().startswith("#"), reversed(above))
    ][::-1]
    text = " ".join(line for line in lines if not line.startswith("@"))
    rules: Schema = {}
    for content in _tagged(lines, "@schema"):
        rules |= content
    excluded = None
    for content in _tagged(lines, "@default"):
        excluded = frozenset(content["without"])
    meaning = text.removeprefix("-- ") if text.startswith("-- ") else ""
    return Comment(meaning, rules, excluded)


def _tagged(lines: list[str], tag: str) -> Iterator[dict[str, Any]]:
    return (yaml.safe_load(line.removeprefix(tag)) for line in lines if line.startswith(tag))
