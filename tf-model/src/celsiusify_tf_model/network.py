"""The network that is trained and served."""

import keras

from celsiusify_tf_model.recipe import Architecture

SCALE_FAHRENHEIT = 1000.0


def build(architecture: Architecture, seed: int, dtype: str) -> keras.Model:
    """Make an untrained network, its weights drawn from seeds.

    Input and output are only scaled, not shifted, and hidden layers have no biases. That makes
    every unit proportional to the temperature on either side of 0 °F, with two consequences:
    float32 keeps its relative precision around 32 °F, where the bound on the error is tightest,
    and the network goes on in straight lines outside of what it was trained on.

    Args:
        architecture: What to build.
        seed: Of the first layer; each following layer has the next number.
        dtype: `float64` to train in, `float32` to serve.

    Returns:
        A model from °F to °C, both of shape `(batch, 1)`.
    """
    hidden = [
        keras.layers.Dense(
            architecture.width,
            activation="relu",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(seed=seed + layer),
            dtype=dtype,
        )
        for layer in range(architecture.depth)
    ]
    readout = keras.layers.Dense(
        1,
        kernel_initializer=keras.initializers.GlorotNormal(seed=seed + architecture.depth),
        dtype=dtype,
    )
    return keras.Sequential(
        [
            keras.Input((1,), dtype=dtype),
            keras.layers.Rescaling(1 / SCALE_FAHRENHEIT, dtype=dtype),
            *hidden,
            readout,
            keras.layers.Rescaling(SCALE_FAHRENHEIT, dtype=dtype),
        ],
        name="celsiusify",
    )
