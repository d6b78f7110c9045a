"""Train a network on generated data."""

from collections.abc import Callable

import keras
import tensorflow as tf

from celsiusify_tf_model import data
from celsiusify_tf_model.network import build
from celsiusify_tf_model.recipe import Recipe

OnEpoch = Callable[[int, float], None]


def relative_error(exact: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """Square the error as it is bounded: relative to max(1, |°C|)."""
    return tf.square((predicted - exact) / tf.maximum(tf.abs(exact), 1.0))


def train(recipe: Recipe, on_epoch: OnEpoch) -> keras.Model:
    """Train a network in float64 and hand it over in float32.

    The last digits of a float32 model can't be found by gradients that are float32 themselves.

    Args:
        recipe: What to train.
        on_epoch: Called with each finished epoch's number, from 1, and its loss.

    Returns:
        The trained model from °F to °C, float32, both of shape `(batch, 1)`.
    """
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(recipe.seed)
    network = build(recipe.architecture, recipe.seed, "float64")
    network.compile(_optimizer(recipe), loss=relative_error)
    report = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: on_epoch(epoch + 1, logs["loss"])
    )
    network.fit(
        _samples(recipe), epochs=recipe.epochs, shuffle=False, verbose=0, callbacks=[report]
    )
    served = build(recipe.architecture, recipe.seed, "float32")
    served.set_weights(network.get_weights())
    return served


def _samples(recipe: Recipe) -> tf.data.Dataset:
    fahrenheit = data.training_fahrenheit(recipe.samples, recipe.seed)
    pairs = (fahrenheit.astype("float64")[:, None], data.celsius(fahrenheit)[:, None])
    return tf.data.Dataset.from_tensor_slices(pairs).batch(recipe.batch_size).cache()


def _optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    decay = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, recipe.steps, alpha=1e-6)
    return keras.optimizers.Adam(decay)
