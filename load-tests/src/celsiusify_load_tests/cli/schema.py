"""`celsiusify-load-tests schema`: write the JSON Schema of a load specification."""

import json
from pathlib import Path

import click

from celsiusify_load_tests.config.profiles import schema
from celsiusify_load_tests.exit_codes import ExitCode

FILE = "load.schema.json"


@click.command(help=f"Write {FILE}, the JSON Schema of a load specification, into a folder.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--check", is_flag=True, help="only say whether the file is up to date")
def command(folder: Path, check: bool) -> ExitCode:
    """Write or check the schema."""
    path, text = folder / FILE, json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if not check:
        path.write_text(text, encoding="utf-8")
        return ExitCode.OK
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return ExitCode.OK
    click.echo(f"{path} is out of date; run `celsiusify-load-tests schema {folder}`", err=True)
    return ExitCode.FAILED
