"""Arguments that several commands share."""

from pathlib import Path

import click

runs_argument = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), metavar="[RESULTS]..."
)


def run_paths(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the paths of runs, by default `results`."""
    return paths or (Path("results"),)
