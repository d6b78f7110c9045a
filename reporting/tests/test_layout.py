"""The packages that hold codes and figures hold no sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "celsiusify_reporting"
# The packages without sentences: `narrative` makes them from codes and figures.
WORDLESS = ("stats", "compare", "validity")
MODULES = sorted(path for name in WORDLESS for path in (PACKAGE / name).rglob("*.py"))
# A sentence is three words or more; a code or a name has two at most.
SENTENCE = re.compile(r"[A-Za-z]{2,}\W*\s[\w'{}]+\W*\s\W*[A-Za-z{]{2,}")


def sentences(source: str) -> Iterator[str]:
    """Yield the string literals with a sentence, besides docstrings and messages of exceptions."""
    tree = ast.parse(source)
    exempt = {id(node) for node in ast.walk(tree) if _is_exempt(node) for node in ast.walk(node)}
    exempt |= {id(node) for node in _parts(tree)}
    for node in ast.walk(tree):
        if id(node) not in exempt and (text := _text(node)) and SENTENCE.search(text):
            yield text


def _is_exempt(node: ast.AST) -> bool:
    """Return True for a raised exception, and for a string that is a statement."""
    is_statement = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_statement or isinstance(node, ast.Raise)


def _parts(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the texts between the figures of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_has_no_sentence(path: Path) -> None:
    """Without exceptions: what a user reads is written in `narrative`."""
    assert list(sentences(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = "the load sets it"', ["the load sets it"]),
        ('x = f"{name} was not measured"', ["{} was not measured"]),
        ('x = f"no CPU time of {worker}"', ["no CPU time of {}"]),
        ('x = "unaccounted time"', []),
        ('def f():\n    """Return all that is left."""', []),
        ('raise ValueError(f"no metric {name!r}; expected one")', []),
    ],
)
def test_sentences_are_found(source: str, expected: list[str]) -> None:
    """A docstring is none, nor is the message of an exception, which a programmer reads."""
    assert list(sentences(source)) == expected
