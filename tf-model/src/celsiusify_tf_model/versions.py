"""The folder of a model: a subfolder for each version, named by its number."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celsiusify_tf_model.errors import ModelError


def numbers(model_dir: Path) -> list[int]:
    """List the version numbers that are taken, ascending."""
    children = model_dir.iterdir() if model_dir.is_dir() else ()
    return sorted(int(child.name) for child in children if child.name.isdecimal())


def next_free(model_dir: Path) -> int:
    """Find the number after the highest one taken."""
    return max(numbers(model_dir), default=0) + 1


def refuse_taken(model_dir: Path, number: int) -> None:
    """Raise ModelError if the version is there already: versions are never overwritten."""
    if number in numbers(model_dir):
        raise ModelError(
            f"version {number} exists already in {model_dir}; the next free one is "
            f"{next_free(model_dir)}"
        )


@contextmanager
def publish(model_dir: Path, number: int) -> Iterator[Path]:
    """Let a version appear all at once, or not at all.

    A server that polls `model_dir` takes each folder named by a number for a whole version. So it
    is written in a hidden folder beside, and renamed when the block has ended well.

    Args:
        model_dir: The folder of the model; it is made.
        number: The version.

    Yields:
        The folder to make and fill.

    Raises:
        ModelError: If the folder can't be written to, or the version was taken meanwhile.
    """
    try:
        model_dir.mkdir(parents=True, exist_ok=True)
        hidden = Path(tempfile.mkdtemp(prefix=".exporting-", dir=model_dir))
    except OSError as error:
        raise ModelError(
            f"{error.filename}: {error.strerror}; expected a folder to write to"
        ) from error
    try:
        yield hidden / str(number)
        refuse_taken(model_dir, number)
        (hidden / str(number)).rename(model_dir / str(number))
    finally:
        shutil.rmtree(hidden)
