"""The command `compare`: compare a run with an earlier run, in a CI pipeline for instance."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from celsiusify_reporting.compare.metric import Bound, Metric
from celsiusify_reporting.exit_codes import ExitCode

PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


class BoundType(click.ParamType[Bound]):
    """A bound such as `p99:5%`."""

    name = "bound"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Bound:
        """Parse a bound."""
        if isinstance(value, Bound):
            return value
        text = str(value)
        name, _, percent = text.partition(":")
        if name not in {*Metric}:
            self.fail(f"no metric {name!r}; expected {', '.join(Metric)}", param, ctx)
        if not (matched := PERCENT.fullmatch(percent)):
            self.fail(f"no bound {text!r}; expected one such as {name}:5%", param, ctx)
        return Bound(Metric(name), float(matched[1]))


@click.command(
    name="compare",
    help="Compare the run NEW with the earlier run OLD, and show which targets regressed by more"
    " than is allowed. A run is a folder or its report.json.",
)
@click.option(
    "--baseline",
    required=True,
    type=click.Path(path_type=Path),
    metavar="OLD",
    help="The earlier run.",
)
@click.argument("run", type=click.Path(path_type=Path), metavar="NEW")
@click.option(
    "--max-regress",
    "bounds",
    required=True,
    multiple=True,
    type=BoundType(),
    metavar="METRIC:PERCENT%",
    help=f"How much worse a metric may get: {', '.join(Metric)}. Repeatable.",
)
@click.option(
    "--allow-different-machine",
    "different_machine",
    is_flag=True,
    help="Compare even if machine, load generator or engine differ.",
)
def command(
    baseline: Path, run: Path, bounds: Sequence[Bound], *, different_machine: bool
) -> ExitCode:
    """Compare two runs, print the comparison and return the exit code."""
    # The help needs none of these: they import NumPy and Pydantic.
    from celsiusify_reporting.cli.run_comparison import RunComparison
    from celsiusify_reporting.inputs.report_json import read_report

    comparison = RunComparison.of(
        read_report(baseline), read_report(run), bounds, different_machine=different_machine
    )
    click.echo(comparison.text())
    return comparison.exit_code
