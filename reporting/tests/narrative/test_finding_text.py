from enum import StrEnum
from string import Formatter

import pytest

from celsiusify_reporting.compare.capacities import CapacityRatioCode
from celsiusify_reporting.compare.comparability import Aspect
from celsiusify_reporting.compare.pairs import Measure, ObstacleCode, Outcome
from celsiusify_reporting.compare.parity import Condition
from celsiusify_reporting.compare.regression import RegressionOutcome
from celsiusify_reporting.narrative import (
    capacity_text,
    comparability_text,
    comparison_text,
    finding_text,
    parity_text,
    scaling_text,
)
from celsiusify_reporting.narrative.templates import Choice, Template, fill
from celsiusify_reporting.stats.capacity import CapacityOutcome
from celsiusify_reporting.stats.model import Figures, MissingCode
from celsiusify_reporting.stats.resources import CpuProblem
from celsiusify_reporting.stats.segments import SegmentCode
from celsiusify_reporting.validity.finding import FindingCode

TEXTS: dict[type[StrEnum], object] = {
    FindingCode: finding_text.FINDINGS,
    MissingCode: finding_text.MISSING,
    CpuProblem: finding_text.CPU_PROBLEMS,
    ObstacleCode: comparison_text.OBSTACLES,
    Outcome: comparison_text.OUTCOMES,
    Measure: comparison_text.MEASURES,
    CapacityOutcome: capacity_text.RESULTS,
    CapacityRatioCode: capacity_text.RATIOS,
    SegmentCode: scaling_text.SEGMENTS,
    Aspect: comparability_text.ASPECTS,
    RegressionOutcome: comparability_text.REGRESSION_OUTCOMES,
    Condition: {**parity_text.CONDITIONS, Condition.SETTING: "the setting's own name"},
}


@pytest.mark.parametrize("codes", TEXTS, ids=lambda codes: codes.__name__)
def test_each_code_has_a_text(codes: type[StrEnum]) -> None:
    """A code without one would fail the first report that has it."""
    texts = TEXTS[codes]
    assert isinstance(texts, dict)

    assert [code for code in codes if code not in texts] == []


def variants(template: Template) -> list[str]:
    """All templates among which a choice chooses."""
    if isinstance(template, str):
        return [template]
    return [
        text
        for part in (*template.templates.values(), template.otherwise)
        for text in variants(part)
    ]


@pytest.mark.parametrize("code", finding_text.TEMPLATES, ids=str)
def test_templates_have_plain_placeholders(code: StrEnum) -> None:
    """Figures are formatted by their names: a template has no format of its own."""
    for text in variants(finding_text.TEMPLATES[code]):
        parts = list(Formatter().parse(text))
        assert all(name is None or name.isidentifier() for _, name, _, _ in parts)
        assert not any(spec or conversion for _, _, spec, conversion in parts)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"n": 1, "share_percent": 12.345}, "1 round, 12.3 %"),
        ({"n": 1200, "share_percent": 12.345}, "1,200 rounds, 12.3 %"),
        ({"n": 2, "share_percent": None}, "2 rounds, n/a"),
    ],
)
def test_figures_are_written_by_their_names(figures: Figures, expected: str) -> None:
    """A count is grouped, a share rounded, and an unknown figure named so."""
    template = Choice("n", {1: "{n} round, {share_percent}"}, "{n} rounds, {share_percent}")

    assert fill(template, figures).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("limit_percent", 2.0, "2 %"),
        ("gap_percent", 2.0, "2.00 %"),
        ("limit_ms", 5.0, "5 ms"),
        ("lag_ms", 5.0, "5.00 ms"),
        ("longest_s", 2.5, "2.50 s"),
        ("rate_rps", 200.0, "200"),
        ("limit_headroom", 2.0, "2"),
        ("problem", "it broke.", "it broke"),
        ("versions", ("a 1", "b 2"), "a 1 and b 2"),
    ],
)
def test_limits_are_in_full_and_measurements_rounded(
    name: str, value: float | str | tuple[str, ...], expected: str
) -> None:
    """A limit is in full, a measurement rounded."""
    written = fill(f"{{{name}}}", {name: value})

    assert written.replace("\N{NO-BREAK SPACE}", " ") == expected
