"""The verb `export`: its options, and what it prints."""

import os
import tempfile
from pathlib import Path

import click

from celsiusify_tf_model import versions
from celsiusify_tf_model.card import Card, read_card
from celsiusify_tf_model.errors import ModelError
from celsiusify_tf_model.progress import Progress
from celsiusify_tf_model.recipe import LEARNING_RATES, Architecture, Recipe

MODEL = "celsiusify"
HIGHEST_VERSION = 2**63 - 1  # TensorFlow Serving reads an int64
DEFAULT_WIDTH, DEFAULT_DEPTH = 64, 3

# In a checkout the reference points are beside the subproject; an installed package has none.
WORKSPACE_POINTS = Path(__file__).parents[4] / "reference-points.csv"


class WholeNumber(click.ParamType[int]):
    """A whole number from `low` to `high`."""

    name = "N"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read a number, or fail with what was expected."""
        text = str(value)
        if not (text.isdecimal() and self.low <= int(text) <= self.high):
            expected = f"a whole number from {self.low} to {self.high}"
            self.fail(f"expected {expected}, not {text!r}", param, ctx)
        return int(text)


COUNT = WholeNumber(1, 10_000)
FILE = click.Path(path_type=Path)


@click.command("export")
@click.option("--out", type=FILE, required=True, metavar="DIR", help="Write DIR/celsiusify/N/.")
@click.option(
    "--version", type=WholeNumber(1, HIGHEST_VERSION), help="Default: the next free number."
)
@click.option(
    "--architecture", type=click.Choice(list(LEARNING_RATES)), default="linear", show_default=True
)
@click.option("--width", type=COUNT, help=f"Units per layer (mlp: {DEFAULT_WIDTH}).")
@click.option("--depth", type=COUNT, help=f"Hidden layers (mlp: {DEFAULT_DEPTH}).")
@click.option("--epochs", type=COUNT, default=30, show_default=True)
@click.option("--seed", type=WholeNumber(0, 2**31), default=1, show_default=True)
@click.option(
    "--points",
    type=FILE,
    default=WORKSPACE_POINTS if WORKSPACE_POINTS.is_file() else None,
    metavar="CSV",
    help="Also check these points (fahrenheit,celsius); default: the workspace's table.",
)
@click.option(
    "--if-changed",
    is_flag=True,
    help="Keep the version (the newest, without --version) if training would make it again.",
)
def command(
    out: Path,
    version: int | None,
    architecture: str,
    width: int | None,
    depth: int | None,
    epochs: int,
    seed: int,
    points: Path | None,
    if_changed: bool,
) -> None:
    """Train a model, check it, and export it."""
    recipe = Recipe(
        make_architecture(architecture, width, depth),
        learning_rate=LEARNING_RATES[architecture],
        epochs=epochs,
        seed=seed,
    )
    model_dir = out / MODEL
    if if_changed:
        current = find_current(model_dir, version, recipe.fingerprint())
        if current:
            click.echo(f"{current} is up to date")
            return
    number = version or versions.next_free(model_dir)
    versions.refuse_taken(model_dir, number)
    check_temporary_folder()
    silence_tensorflow()
    click.echo(train_and_export(recipe, model_dir, number, points))


def make_architecture(name: str, width: int | None, depth: int | None) -> Architecture:
    """Make the architecture that the options ask for.

    Raises:
        ModelError: If the options set layers of an architecture without layers.
    """
    if name != "linear":
        return Architecture(name, width or DEFAULT_WIDTH, depth or DEFAULT_DEPTH)
    if width or depth:
        raise ModelError("--width and --depth need --architecture mlp: linear has no layers")
    return Architecture(name, 0, 0)


def find_current(model_dir: Path, version: int | None, fingerprint: str) -> Path | None:
    """Return the folder of a version that training would only make again, or None."""
    for number in [version] if version else versions.numbers(model_dir)[-1:]:
        card = read_card(model_dir / str(number))
        if card and card["recipe_fingerprint"] == fingerprint:
            return model_dir / str(number)
    return None


def check_temporary_folder() -> None:
    """Check that there is a folder for temporary files, which TensorFlow needs.

    Raises:
        ModelError: If there is no such folder.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        raise ModelError(
            "no folder for temporary files: expected /tmp, or the one in TMPDIR, to be writable"
        ) from error


def silence_tensorflow() -> None:
    """Silence TensorFlow's C++ log, and keep to the CPU: a GPU's sums have no fixed order.

    Real errors come as exceptions. What it logs as one, at any lower level, is that there's no GPU.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def train_and_export(recipe: Recipe, model_dir: Path, version: int, table: Path | None) -> str:
    """Train and export a model, and return a summary of the export."""
    # TensorFlow takes seconds to import: not before it's known to be needed.
    from celsiusify_tf_model.export import Export, export
    from celsiusify_tf_model.points import no_points, read_points

    points = read_points(table) if table else no_points()
    progress = Progress()
    try:
        card = export(Export(recipe, model_dir, version, points), progress)
    finally:
        progress.clear()
    return summarize(model_dir / str(version), card)


def summarize(folder: Path, card: Card) -> str:
    """Return a line about an exported model."""
    error = card["error"]
    return (
        f"exported {folder}: {card['architecture']['name']}, {card['parameters']} parameters, "
        f"largest error {error['error']:.2g} relative to max(1, |°C|) at "
        f"{error['at_fahrenheit']:g} °F, {card['fingerprint'][:19]}"
    )
