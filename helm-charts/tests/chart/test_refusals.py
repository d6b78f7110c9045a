"""Values that are right one by one but not together are refused, each by a sentence of its own."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.helm import Helm, RefusedError
from ..support.scenarios import CHART
from ..support.sentences import all_sentences, pattern, sentences, templates

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["says"]))
def test_values_are_refused(helm: Helm, case: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match=re.escape(case["says"])):
        helm.template(CHART, values=case["values"])


def test_every_sentence_is_reached(helm: Helm) -> None:
    said = [refusal(helm, case["values"]) for case in CASES]
    reached = {one for one in all_sentences() if any(map(pattern(one).search, said))}
    assert reached == set(all_sentences())


def test_every_failure_is_a_sentence() -> None:
    """Text that is put together otherwise would be missing above."""
    for text in templates():
        assert len(re.findall(r"\bfail\b[^}]*}}", text)) == len(sentences(text))


def refusal(helm: Helm, values: dict[str, Any]) -> str:
    """What helm says to values, nothing if it takes them."""
    try:
        helm.template(CHART, values=values)
    except RefusedError as problem:
        return str(problem)
    return ""
