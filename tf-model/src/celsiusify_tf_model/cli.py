"""The command's options."""

import argparse
from pathlib import Path
from typing import NoReturn

from celsiusify_tf_model.errors import ModelError
from celsiusify_tf_model.recipe import LEARNING_RATES, Architecture, Recipe

HIGHEST_VERSION = 2**63 - 1  # TensorFlow Serving reads an int64
DEFAULT_WIDTH, DEFAULT_DEPTH = 64, 3

# In a checkout the reference points are beside the subproject; an installed package has none.
WORKSPACE_POINTS = Path(__file__).parents[3] / "reference-points.csv"


class Parser(argparse.ArgumentParser):
    """Reports a wrong option as one line."""

    def error(self, message: str) -> NoReturn:
        """Raise, where argparse prints the usage and leaves."""
        raise ModelError(message)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line.

    Raises:
        ModelError: If an option is unknown, missing or not what is expected.
    """
    parser = Parser(
        prog="celsiusify-tf-model",
        description="Learn the conversion from °F to °C and export it for TensorFlow Serving.",
        epilog="Exit codes: 0 exported or up to date, 2 wrong usage, 5 model not exact enough.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="export")
    _add_export_options(commands.add_parser("export", help="train a model, check and export it"))
    return parser.parse_args(arguments)


def recipe(options: argparse.Namespace) -> Recipe:
    """Turn the options into what to train.

    Raises:
        ModelError: If layers are asked for where there are none.
    """
    layers = (options.width or DEFAULT_WIDTH, options.depth or DEFAULT_DEPTH)
    if options.architecture == "linear":
        if options.width or options.depth:
            raise ModelError("--width and --depth need --architecture mlp: linear has no layers")
        layers = (0, 0)
    return Recipe(
        Architecture(options.architecture, *layers),
        learning_rate=LEARNING_RATES[options.architecture],
        epochs=options.epochs,
        seed=options.seed,
    )


def _add_export_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="writes DIR/celsiusify/VERSION/")
    add("--version", type=_version, metavar="N", help="default: the next free number")
    add("--architecture", choices=LEARNING_RATES, default="linear", help="default: %(default)s")
    add("--width", type=_count, metavar="N", help=f"units a layer (mlp: {DEFAULT_WIDTH})")
    add("--depth", type=_count, metavar="N", help=f"hidden layers (mlp: {DEFAULT_DEPTH})")
    add("--epochs", type=_count, default=30, metavar="N", help="default: %(default)s")
    add("--seed", type=_seed, default=1, metavar="N", help="default: %(default)s")
    add(
        "--points",
        type=Path,
        default=WORKSPACE_POINTS if WORKSPACE_POINTS.is_file() else None,
        metavar="CSV",
        help="also check these (fahrenheit,celsius); default: the workspace's table",
    )
    add(
        "--if-changed",
        action="store_true",
        help="keep the version (the newest, without --version) if training would make it again",
    )


def _whole_number(text: str, low: int, high: int) -> int:
    if text.isdecimal() and low <= int(text) <= high:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}, not {text!r}")


def _version(text: str) -> int:
    return _whole_number(text, 1, HIGHEST_VERSION)


def _count(text: str) -> int:
    return _whole_number(text, 1, 10_000)


def _seed(text: str) -> int:
    return _whole_number(text, 0, 2**31)
