"""Options that several verbs share: what helm is to be told of the chart, and how long to wait."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.option_types import optional, seconds

TIMEOUT_S = 300
IMAGE_OPTIONS = ("registry", "owner", "tag")


def add_image_options(verb: argparse.ArgumentParser) -> None:
    """Add the options that say which images the chart takes."""
    for name in IMAGE_OPTIONS:
        verb.add_argument(f"--{name}", default="", metavar=name.upper(), help="of all images")


def image_settings(options: argparse.Namespace) -> list[str]:
    """What helm has to be told of them; what is empty is left to the chart."""
    given = {name: getattr(options, name) for name in IMAGE_OPTIONS}
    return [f"--set-string=global.image.{name}={value}" for name, value in given.items() if value]


def add_values_option(verb: argparse.ArgumentParser) -> None:
    """Add the option that names files of values."""
    verb.add_argument(
        "--values",
        action="append",
        default=[],
        metavar="FILE",
        help="values that differ from the chart's; may be given again, or several in one",
    )


def values_settings(options: argparse.Namespace) -> list[str]:
    """What helm has to be told of them.

    Raises:
        ClusterError: If there is no such file.
    """
    return [f"--values={file}" for file in _files(options.values)]


def add_timeout(verb: argparse.ArgumentParser) -> None:
    """Add the option that says how long to wait."""
    verb.add_argument(
        "--timeout",
        type=optional(seconds),
        metavar="TIME",
        help=f"how long to wait, 90s or 5m; default {TIMEOUT_S} s",
    )


def timeout_setting(options: argparse.Namespace) -> str:
    """What helm has to be told of it."""
    return f"--timeout={options.timeout or TIMEOUT_S}s"


def _files(given: Sequence[str]) -> Iterator[Path]:
    for name in " ".join(given).split():
        if not Path(name).is_file():
            raise ClusterError(f"there is no file of values {name}")
        yield Path(name)
