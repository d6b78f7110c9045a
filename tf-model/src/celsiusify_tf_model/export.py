"""Train, check what was saved, and publish it as a version."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from celsiusify_tf_model import data, savedmodel, versions, warmup
from celsiusify_tf_model.accuracy import BOUND, LargestError, largest_error
from celsiusify_tf_model.card import Card, make_card, write_card
from celsiusify_tf_model.errors import InaccurateModelError
from celsiusify_tf_model.points import Points, split_by_range
from celsiusify_tf_model.recipe import Recipe
from celsiusify_tf_model.training import train

Say = Callable[[str], None]


@dataclass(frozen=True)
class Export:
    """What to export and where to.

    Attributes:
        recipe: What to train.
        model_dir: The folder of the model; its last part is the name that it is served under.
        version: The number of the version.
        points: Reference points that are checked beside the grid, in °F and °C.
    """

    recipe: Recipe
    model_dir: Path
    version: int
    points: Points


def export(task: Export, say: Say) -> Card:
    """Train a model and publish it if it is exact enough.

    What is checked is the saved model, loaded as a server loads it.

    Args:
        task: What to do.
        say: Called with a line of progress now and then.

    Returns:
        The card of the published model.

    Raises:
        InaccurateModelError: If the largest error is over the bound; nothing is left behind.
        ModelError: If the version is taken or the folder can't be written to.
    """
    versions.refuse_taken(task.model_dir, task.version)
    recipe = task.recipe
    with versions.publish(task.model_dir, task.version) as folder:
        network = train(
            recipe,
            lambda epoch, loss: say(
                f"training {recipe.architecture}: epoch {epoch}/{recipe.epochs}, loss {loss:.2g}"
            ),
        )
        say("checking the saved model")
        savedmodel.save(network, folder)
        error, outside = check(savedmodel.load(folder), task.points)
        refuse_inaccurate(error, recipe)
        extra = folder / "assets.extra"
        extra.mkdir()
        warmup.write_requests(extra / warmup.FILE_NAME, task.model_dir.name)
        card = make_card(
            recipe, network.get_weights(), savedmodel.describe_signature(), error, outside
        )
        write_card(folder, card)
    return card


def check(convert: savedmodel.Convert, points: Points) -> tuple[LargestError, list[LargestError]]:
    """Compare a model with the exact conversion on a dense grid and on the reference points.

    Returns:
        The largest error in the range, and the error at each reference point outside of it.
    """
    (inside, inside_exact), (outside, outside_exact) = split_by_range(points)
    grid = data.checking_fahrenheit()
    fahrenheit = np.concatenate([grid, inside])
    exact = np.concatenate([data.celsius(grid), inside_exact])
    beyond = zip(outside, convert(outside), outside_exact, strict=True) if len(outside) else ()
    return (
        largest_error(fahrenheit, convert(fahrenheit), exact),
        [largest_error(*(np.array([value]) for value in values)) for values in beyond],
    )


def refuse_inaccurate(error: LargestError, recipe: Recipe) -> None:
    """Raise InaccurateModelError if the largest error is over the bound."""
    if not error.within_bound:
        raise InaccurateModelError(
            f"{recipe.architecture} is not exported: its largest error is {error.error:.3g} "
            f"relative to max(1, |°C|), at {error.at_fahrenheit:g} °F; expected at most {BOUND:g}"
        )
