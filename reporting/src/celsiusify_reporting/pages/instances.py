"""Which instance answered how much."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting import charts
from celsiusify_reporting.connections import policy
from celsiusify_reporting.document import Group, Heading, Paragraph, Plot, Table
from celsiusify_reporting.instances import Evenness
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.report import Report
from celsiusify_reporting.scaling_words import fine
from celsiusify_reporting.wording import figure, listing, percent, setting, whole


def instances(report: Report) -> Iterator[Group]:
    """The groups of these pages; none where each target had one instance only."""
    several = [one for one in report.measurements if one.instances]
    silent = [
        one.title
        for one in report.measurements
        if one.course and one.steady and one.steady.instances is None
    ]
    if not several and not silent:
        return
    untold = (Paragraph(_untold(silent)),) if silent else ()
    if not several:
        yield (Heading("Which instance answered"), *untold)
        return
    yield (Heading("Which instance answered"), Paragraph(_explained(report)), *untold)
    for one in several:
        yield (_plot(one), _table(one), Paragraph(_evenness(one, report)))


def _untold(silent: list[str]) -> str:
    names = listing(silent)
    doesnt = "don't" if len(silent) > 1 else "doesn't"
    return (
        f"{names} {doesnt} name the instance that answers: its share of the requests isn't known. "
        "The CPU of its pods tells which of them worked."
    )


def _explained(report: Report) -> str:
    policy_said = policy(report.run.load)
    kept = f" Connections were {policy_said}." if policy_said else ""
    return (
        "By the identifier in each answer that succeeded, over all rounds, ramp-up included."
        f"{kept} An even share is the same for each instance. It is judged while all of them "
        "answered, where that is long enough to tell: 1 is even, and as many as there are "
        "instances means that one did everything."
    )


def _plot(one: Measurement) -> Plot:
    return Plot(
        charts.of_target(charts.INSTANCES, one),
        f"Which instance answered: {one.title}",
        f"{one.title}: answers of each instance in each second, one above the other, in order of "
        "their first answer.",
    )


def _table(one: Measurement) -> Table:
    assert one.instances
    rows = tuple(
        (
            share.instance,
            whole(share.requests),
            percent(share.percent),
            fine(share.first_s),
            fine(share.last_s),
        )
        for share in one.instances.shares
    )
    columns = (f"Instance of {one.title}", "Requests", "Share", "First answer, s", "Last answer, s")
    return Table(columns, rows)


def _evenness(one: Measurement, report: Report) -> str:
    assert one.instances
    worst = one.instances.uneven
    if worst is None:
        needed = whole(report.method.answers_per_instance)
        return (
            "How evenly can't be told: it takes a time in which all of them answered, with "
            f"{needed} answers for each."
        )
    more = setting(report.method.uneven_times)
    word = "even" if (worst.times or 0) <= report.method.uneven_times else "uneven"
    return f"{_told(worst)}: {word} (up to {more} times is taken for even)."


def _told(worst: Evenness) -> str:
    return (
        f"While all {whole(worst.instances)} answered (round {setting(worst.round)}, second "
        f"{fine(worst.from_s)} to {fine(worst.until_s)}), the busiest gave "
        f"{percent(worst.busiest_percent)} of {whole(worst.answers)} answers, "
        f"{figure(worst.times)} times an even share of {percent(worst.even_percent)}"
    )
