"""The exported model: where it is, and what its card says."""

import json
from pathlib import Path
from typing import Any

from celsiusify_tf_serving.errors import StartError

MODEL = Path("model") / "celsiusify"
SUBPROJECT = Path(__file__).parents[2]
CARD = Path("assets.extra") / "model.json"


def locate(given: Path | None) -> Path:
    """Find the folder with the model's versions.

    Args:
        given: What the user named; else it is `model/celsiusify` of the source tree that this
            package is installed from, or else of the current folder.

    Returns:
        The folder's absolute path, which TensorFlow Serving needs.

    Raises:
        StartError: If there's no version in any of them.
    """
    folders = [given] if given else [SUBPROJECT / MODEL, Path.cwd() / MODEL]
    for folder in folders:
        if newest_version(folder) is not None:
            return folder.resolve()
    raise StartError(
        f"no model in {folders[0]}: make one with `make export`, "
        "or name the folder of another by --model_base_path"
    )


def newest_version(folder: Path) -> int | None:
    """Find the version that is served: the highest number, as TensorFlow Serving has it."""
    children = folder.iterdir() if folder.is_dir() else ()
    return max((int(child.name) for child in children if child.name.isdecimal()), default=None)


def describe_model(folder: Path) -> dict[str, Any]:
    """Say which model is served, from its version's number and card."""
    version = newest_version(folder)
    known: dict[str, Any] = {"model_version": version}
    try:
        card = json.loads((folder / str(version) / CARD).read_text("utf-8"))
        return known | {
            "architecture": architecture(**card["architecture"]),
            "parameters": card["parameters"],
            "model_fingerprint": card["fingerprint"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return known | {"architecture": "unknown: the model has no card"}


def architecture(name: str, width: int, depth: int) -> str:
    """Put an architecture into words."""
    return f"{name}, {depth} hidden layers of {width}" if depth else name
