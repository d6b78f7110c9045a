"""The exported model: its folder, and its description from the model card."""

import json
from pathlib import Path
from typing import Any

from celsiusify_tf_serving.settings import StartError

MODEL = Path("model") / "celsiusify"
SUBPROJECT = Path(__file__).parents[2]
CARD = Path("assets.extra") / "model.json"


def locate(requested: Path | None) -> Path:
    """Return the absolute path of the model's folder, which TensorFlow Serving needs.

    Args:
        requested: The user's folder. Without it, `model/celsiusify` of the source tree that this
            package is installed from is used, or else of the current folder.

    Raises:
        StartError: If no folder has a version of the model.
    """
    folders = [requested] if requested else [SUBPROJECT / MODEL, Path.cwd() / MODEL]
    for folder in folders:
        if newest_version(folder) is not None:
            return folder.resolve()
    raise StartError(
        f"no model in {folders[0]}: make one with `make export`, "
        "or name another folder by --model_base_path"
    )


def newest_version(folder: Path) -> int | None:
    """Return the highest version number, which TensorFlow Serving serves, or None."""
    children = folder.iterdir() if folder.is_dir() else ()
    return max((int(child.name) for child in children if child.name.isdecimal()), default=None)


def describe_model(folder: Path) -> dict[str, Any]:
    """Describe the served model by its version number and its card."""
    version = newest_version(folder)
    description: dict[str, Any] = {"model_version": version}
    try:
        card = json.loads((folder / str(version) / CARD).read_text("utf-8"))
        return description | {
            "architecture": format_architecture(**card["architecture"]),
            "parameters": card["parameters"],
            "model_fingerprint": card["fingerprint"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return description | {"architecture": "unknown: the model has no card"}


def format_architecture(name: str, width: int, depth: int) -> str:
    """Format an architecture for a report."""
    return f"{name}, {depth} hidden layers of {width}" if depth else name
