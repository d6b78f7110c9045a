"""`celsiusify-load-tests export`: print a run's files as lines of a log."""

from pathlib import Path

import click

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode


@click.command(help="Print a run's files as lines of a log, from which they can be restored.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--release", is_flag=True, help="then let the command end that holds the files")
@click.option("--quiet", is_flag=True, help="print nothing, if the files were printed before")
def command(folder: Path, release: bool, quiet: bool) -> ExitCode:
    """Print the files; nothing is released unless all were printed."""
    from celsiusify_load_tests.export import exporter

    if not folder.is_dir():
        raise LoadTestError(f"no folder {folder}")
    try:
        if not quiet:
            with exporter.fetched(folder):
                exporter.print_frames(folder, exporter.pack_folder(folder))
        if release:
            exporter.release(folder)
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise LoadTestError(f"can't read {folder}: {problem.strerror}") from problem
    return ExitCode.OK
