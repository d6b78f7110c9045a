"""The command `schema`: write the JSON Schemas of the files that a run's folder has."""

from pathlib import Path

import click

from celsiusify_reporting.exit_codes import ExitCode


@click.command(
    name="schema",
    help="Write run.schema.json and report.schema.json to FOLDER, or else to results.",
)
@click.argument("folder", type=click.Path(path_type=Path), default="results")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is out of date.")
def command(folder: Path, *, check: bool) -> ExitCode:
    """Write or check the schemas and return the exit code."""
    # The help needs no models: they import pandas and SciPy.
    from celsiusify_reporting.render.json_schema import SCHEMAS

    stale = [name for name, schema in SCHEMAS.items() if _read(folder / name) != schema()]
    for name in stale:
        if check:
            click.echo(f"{folder / name}: out of date; run celsiusify-reporting schema", err=True)
        else:
            (folder / name).write_text(SCHEMAS[name](), encoding="utf-8")
            click.echo(folder / name)
    return ExitCode.FAILED if check and stale else ExitCode.OK


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
