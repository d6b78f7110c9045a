"""The migration of report.json from format 3, which has sentences, to format 4."""

from typing import Any

import pytest

from celsiusify_reporting.inputs.migration_4 import code_facts, rename_keys

TEXT = "TensorFlow Serving (REST): nothing was measured in round 2."


def report(**changes: Any) -> dict[str, Any]:
    """The parts of a report of format 3 that change, without any content."""
    return {
        "verdict": {"reasons": [], "warnings": []},
        "comparisons": [],
        "capacities": [],
        "parity": {"rows": []},
        "caveats": [],
        "measurements": [],
        **changes,
    }


def measurement(**changes: Any) -> dict[str, Any]:
    """A measurement of format 3 with the renamed keys."""
    return {"name": "tfserving", "counting": None, "unmeasured": [], "missing": []} | changes


def test_sentences_of_findings_are_kept() -> None:
    """A sentence has no figures to read back: it is the text of the code `legacy`."""
    warning = {"kind": "lossy", "target": "tfserving", "text": TEXT, "invalid": False}
    migrated = code_facts(
        report(verdict={"reasons": [], "warnings": [warning]}, caveats=["It was quick."])
    )

    legacy = {"code": "legacy", "round": None}
    assert migrated["verdict"]["warnings"] == [
        legacy
        | {
            "kind": "lossy",
            "severity": "warning",
            "target": "tfserving",
            "figures": {"text": TEXT},
        }
    ]
    assert migrated["caveats"] == [
        legacy
        | {
            "kind": "legacy",
            "severity": "caveat",
            "target": None,
            "figures": {"text": "It was quick."},
        }
    ]


def test_reasons_of_missing_data_are_kept() -> None:
    """As sentences of findings are."""
    (migrated,) = code_facts(report(measurements=[measurement(missing=[TEXT])]))["measurements"]

    assert migrated["missing"] == [{"code": "legacy", "round": None, "figures": {"text": TEXT}}]


@pytest.mark.parametrize(
    ("name", "code", "step"),
    [
        ("2, at 200/s", "step", 2),
        ("until the new replicas were ready", "until_ready", None),
        ("afterwards", "afterwards", None),
    ],
)
def test_labels_of_segments_become_codes(name: str, code: str, step: int | None) -> None:
    """Labels are a closed set."""
    steps = [{"name": name, "offered_rps": 200.0}]
    (migrated,) = code_facts(report(measurements=[measurement(steps=steps)]))["measurements"]

    assert migrated["steps"] == [{"offered_rps": 200.0, "code": code, "step": step}]


def test_outcomes_become_codes() -> None:
    """The reason against a comparison is kept as text."""
    comparison = {"title": "median latency", "outcome": "not compared", "why_not": "1 round"}
    (migrated,) = code_facts(report(comparisons=[comparison]))["comparisons"]

    assert migrated == {
        "outcome": "not_compared",
        "obstacle": {"code": "legacy", "figures": {"text": "1 round"}},
    }


def test_keys_are_renamed_besides_those_of_the_run() -> None:
    """A target and the run keep theirs; `times` was a count of events or a ratio."""
    old = {
        "run": {"felt": 1},
        "measurements": [
            {
                "target": {"steady": 1},
                "steady": None,
                "changes": [
                    {
                        "direction": "up",
                        "before": 1,
                        "wanted": {"first_s": 1, "last_s": 2, "times": 2},
                    }
                ],
                "instances": {"rounds": [{"times": 1.5, "answers": 9}]},
            }
        ],
    }
    renamed = rename_keys(old)
    (part,) = renamed["measurements"]

    assert renamed["run"] == {"felt": 1}
    assert part["target"] == {"steady": 1}
    assert "window_stats" in part
    assert part["changes"] == [
        {
            "direction": "up",
            "replicas_before": 1,
            "desired": {"first_s": 1, "last_s": 2, "count": 2},
        }
    ]
    assert part["instances"]["rounds"] == [{"ratio": 1.5, "answers": 9}]
