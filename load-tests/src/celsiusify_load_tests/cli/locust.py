"""`celsiusify-load-tests locust`: Locust itself with our locustfile, for its web UI."""

import os
import sys
from pathlib import Path

import click


@click.command(
    help="Run Locust itself with our locustfile, for its web UI. Its page can change the load.",
    context_settings={"ignore_unknown_options": True},
)
@click.option(
    "--spec",
    "spec_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="load specification; without one, the reference profile",
)
@click.argument("arguments", nargs=-1, metavar="-- [OPTION]...", type=click.UNPROCESSED)
def command(spec_file: Path | None, arguments: tuple[str, ...]) -> None:
    """Run Locust in place of this process, so that signals reach it."""
    from celsiusify_load_tests.config.profiles import read_spec, resolve
    from celsiusify_load_tests.generator.options import environment
    from celsiusify_load_tests.run.locust_process import LOCUSTFILE

    load = resolve(read_spec(spec_file) if spec_file else {}, str(spec_file or "load"))
    locust = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments]
    os.execve(sys.executable, locust, {**environment(load), **os.environ})
