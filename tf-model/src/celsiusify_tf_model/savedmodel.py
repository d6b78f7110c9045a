"""Save a model with the signature that is served, and load it as a server does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from celsiusify_tf_model.data import Temperatures

SIGNATURE = "serving_default"
INPUT = "fahrenheit"
OUTPUT = "celsius"
CHUNK = 65_536  # bounds the memory that the hidden layers of a wide network take

Convert = Callable[[Temperatures], Temperatures]


def save(network: keras.Model, folder: Path) -> None:
    """Write a SavedModel whose signature takes plain numbers and gives plain numbers.

    Args:
        network: From °F to °C, float32, both of shape `(batch, 1)`.
        folder: Where to; it is made.
    """

    def convert(fahrenheit: tf.Tensor) -> dict[str, tf.Tensor]:
        return {OUTPUT: tf.squeeze(network(fahrenheit[:, tf.newaxis]), axis=1)}

    module = tf.Module()
    # The variables themselves: of a tracked Keras model, copies would be saved, and a session, in
    # which TensorFlow Serving loads the graph, would find those of the graph without values.
    module.weights = [variable.value for variable in network.variables]
    batch = tf.TensorSpec([None], tf.float32, name=INPUT)
    module.convert = tf.function(convert, input_signature=[batch])
    tf.saved_model.save(module, str(folder), signatures={SIGNATURE: module.convert})


def load(folder: Path) -> Convert:
    """Load a SavedModel's served signature.

    Returns:
        A function from °F to °C, float32, both of shape `(n,)`.
    """
    loaded = tf.saved_model.load(str(folder))

    def convert(fahrenheit: Temperatures) -> Temperatures:
        starts = range(0, len(fahrenheit), CHUNK)
        chunks = (fahrenheit[start : start + CHUNK].astype(np.float32) for start in starts)
        return np.concatenate(
            [
                loaded.signatures[SIGNATURE](**{INPUT: tf.constant(chunk)})[OUTPUT]
                for chunk in chunks
            ]
        )

    return convert


def describe_signature() -> dict[str, Any]:
    """Say for the model's card how the model is asked."""
    column = {"dtype": "float32", "shape": ["batch"]}
    return {
        "name": SIGNATURE,
        "inputs": {INPUT: column | {"unit": "°F"}},
        "outputs": {OUTPUT: column | {"unit": "°C"}},
    }
