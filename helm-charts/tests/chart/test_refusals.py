"""Values that are right one by one but not together are refused, each by a sentence of its own."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .helm import Helm, RefusedError
from .scenarios import UMBRELLA

LITERAL = re.compile(r'fail \(?(?:printf )?"((?:[^"\\]|\\.)*)"')
VERB = re.compile(r"%[a-z]")
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())


def templates() -> list[str]:
    """The text of every template, once, whoever links it."""
    files = {
        file.resolve()
        for folder in UMBRELLA.glob("**/templates")
        for file in (*folder.glob("*"), *folder.glob("*/*"), *folder.glob("*/*/*"))
    }
    return [file.read_text() for file in sorted(files) if file.is_file()]


def sentences() -> list[str]:
    """Every sentence that a template fails with, `printf`'s verbs in it."""
    return sorted({sentence for text in templates() for sentence in LITERAL.findall(text)})


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["says"]))
def test_values_are_refused(helm: Helm, case: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=re.escape(case["says"])):
        helm.template(UMBRELLA, values=case["values"])


@pytest.mark.parametrize("sentence", sentences())
def test_every_sentence_is_reached(helm: Helm, sentence: str) -> None:
    pattern = re.compile(".*".join(map(re.escape, VERB.split(sentence))))
    assert any(pattern.search(refusal(helm, case["values"])) for case in CASES)


def test_every_failure_is_a_sentence() -> None:
    """Text that is put together otherwise would be missing above."""
    for text in templates():
        assert len(re.findall(r"\bfail\b[^}]*}}", text)) == len(LITERAL.findall(text))


def refusal(helm: Helm, values: dict[str, Any]) -> str:
    """What helm says to values, nothing if it takes them."""
    try:
        helm.template(UMBRELLA, values=values)
    except RefusedError as problem:
        return str(problem)
    return ""
