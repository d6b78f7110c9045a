"""The runs that a command is about."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add `paths`: the folders of runs, or folders that hold them."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("results")],
        metavar="RESULTS",
        help="a run's folder, or one that holds runs (default: results)",
    )
