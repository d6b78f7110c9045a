"""Migrations of report.json: the steps from each older form to that of this version.

Format 2 changed several times without a new number. The keys of a file tell its variant: each step
looks for the keys that it adds, and leaves a file that has them unchanged.
"""

from collections.abc import Callable
from typing import Any, Literal

from celsiusify_reporting.inputs.migration_4 import code_facts, number_as_4, rename_keys
from celsiusify_reporting.inputs.run_migrations import migrate_run

REPORT_FORMAT: Literal[4] = 4
OLDEST_FORMAT = 2

Json = dict[str, Any]

# The first words of the first version's reasons why requests are missing.
UNMEASURED = ("nothing was measured", "no statistics", "no request")


def migrate_report(report: Json) -> Json:
    """Return a parsed report.json of format 2 or later in the form of this version.

    Raises:
        KeyError: If a part that every version wrote is missing.
    """
    while report["format"] != REPORT_FORMAT:
        for step in STEPS[report["format"]]:
            report = step(report)
    return report


def separate_unmeasured(report: Json) -> Json:
    """Separate the reasons why requests are missing from those of other data."""
    return _change_measurements(report, _separate_unmeasured)


def _separate_unmeasured(measurement: Json) -> Json:
    if "unmeasured" in measurement:
        return measurement
    reasons = measurement["missing"]
    return measurement | {
        "unmeasured": [reason for reason in reasons if reason.startswith(UNMEASURED)],
        "missing": [reason for reason in reasons if not reason.startswith(UNMEASURED)],
    }


def rename_odd_rounds(report: Json) -> Json:
    """Rename the share of rounds that may drift; without one, no round may."""
    method = dict(report["method"])
    drifting = method.pop("drifting_rounds_percent", 0)
    return report | {"method": {"odd_rounds_percent": drifting} | method}


def add_even_percent(report: Json) -> Json:
    """Add an instance's even share of a round's answers."""
    return _change_measurements(report, _add_even_percent)


def _add_even_percent(measurement: Json) -> Json:
    instances = measurement.get("instances")
    if not instances:
        return measurement
    rounds = [{"even_percent": 100 / part["instances"]} | part for part in instances["rounds"]]
    return measurement | {"instances": instances | {"rounds": rounds}}


def add_equal(report: Json) -> Json:
    """Add to each trait whether it is equal, from the list of those that aren't."""
    parity = report["fairness"]
    traits = [{"equal": _is_equal(trait, parity["unequal"])} | trait for trait in parity["traits"]]
    return report | {"fairness": parity | {"traits": traits}}


def _is_equal(trait: Json, unequal: list[str]) -> bool | None:
    if trait["name"] in unequal:
        return False
    return None if None in trait["values"] else True


def number_as_3(report: Json) -> Json:
    """Number a report as format 3, whose form it has by now."""
    return report | {"format": 3}


def _change_measurements(report: Json, change: Callable[[Json], Json]) -> Json:
    return report | {"measurements": [change(part) for part in report["measurements"]]}


def migrate_its_run(report: Json) -> Json:
    """Migrate the run that a report tells of."""
    return report | {"run": migrate_run(report["run"])}


# The steps from each format to the next, the oldest change first.
STEPS: dict[int, tuple[Callable[[Json], Json], ...]] = {
    2: (separate_unmeasured, rename_odd_rounds, add_even_percent, add_equal, number_as_3),
    3: (rename_keys, code_facts, migrate_its_run, number_as_4),
}
