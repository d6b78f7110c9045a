"""The command `celsiusify-tf-model`."""

import os
import signal
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from types import FrameType

from celsiusify_tf_model import cli, versions
from celsiusify_tf_model.card import Card, read_card
from celsiusify_tf_model.errors import ModelError
from celsiusify_tf_model.progress import Progress

MODEL = "celsiusify"


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit code: 0 if exported or up to date, 2 for wrong usage, 5 if not exact enough.
    """
    signal.signal(signal.SIGTERM, _leave)
    try:
        options = cli.parse(sys.argv[1:] if arguments is None else arguments)
        print(_export(options))
    except ModelError as error:
        print(f"celsiusify-tf-model: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _leave(number: int, _frame: FrameType | None) -> None:
    """End as if by an exception, so that half an export is cleared away."""
    sys.exit(128 + number)


def _export(options: Namespace) -> str:
    """Export, unless it is done already, and say what was made of it."""
    recipe, model_dir = cli.recipe(options), options.out / MODEL
    if options.if_changed:
        kept = _up_to_date(model_dir, options.version, recipe.fingerprint())
        if kept:
            return f"{kept} is up to date"
    version = options.version or versions.next_free(model_dir)
    versions.refuse_taken(model_dir, version)
    _find_room()
    _quieten_tensorflow()
    # TensorFlow takes seconds to import: not before it's known to be needed.
    from celsiusify_tf_model.export import Export, export
    from celsiusify_tf_model.points import no_points, read_points

    points = read_points(options.points) if options.points else no_points()
    progress = Progress()
    try:
        card = export(Export(recipe, model_dir, version, points), progress)
    finally:
        progress.clear()
    return _summary(model_dir / str(version), card)


def _up_to_date(model_dir: Path, version: int | None, fingerprint: str) -> Path | None:
    """Find the version that training would only make again."""
    asked = [version] if version else versions.numbers(model_dir)[-1:]
    for number in asked:
        card = read_card(model_dir / str(number))
        if card and card["recipe_fingerprint"] == fingerprint:
            return model_dir / str(number)
    return None


def _find_room() -> None:
    """Raise ModelError where there's no folder for temporary files, which TensorFlow must have."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        raise ModelError(
            "no folder for temporary files: expected /tmp, or the one in TMPDIR, to be writable"
        ) from error


def _quieten_tensorflow() -> None:
    """Keep its C++ log silent, and to the CPU: a GPU's sums have no fixed order.

    Real errors come as exceptions. What it logs as one, at any lower level, is that there's no GPU.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def _summary(folder: Path, card: Card) -> str:
    error = card["error"]
    return (
        f"exported {folder}: {card['architecture']['name']}, {card['parameters']} parameters, "
        f"largest error {error['error']:.2g} relative to max(1, |°C|) at "
        f"{error['at_fahrenheit']:g} °F, {card['fingerprint'][:19]}"
    )


if __name__ == "__main__":
    sys.exit(main())
