"""Requests that a server sends to itself before the first client does.

The format is TensorFlow Serving's: a TFRecord file of PredictionLog messages in the version's
`assets.extra` (tensorflow.org/tfx/serving/saved_model_warmup).
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog, PredictLog

from celsiusify_tf_model.data import CEILING_FAHRENHEIT, FLOOR_FAHRENHEIT
from celsiusify_tf_model.savedmodel import INPUT, SIGNATURE

FILE_NAME = "tf_serving_warmup_requests"
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


def write_requests(path: Path, model: str) -> None:
    """Write one request of each batch size.

    Args:
        path: The file to write.
        model: The name that the model is served under.
    """
    with tf.io.TFRecordWriter(str(path)) as writer:
        for size in BATCH_SIZES:
            log = PredictionLog(predict_log=PredictLog(request=request(model, size)))
            writer.write(log.SerializeToString(deterministic=True))


def request(model: str, size: int) -> PredictRequest:
    """Ask for as many temperatures, spread over the range that the model was trained for."""
    made = PredictRequest()
    made.model_spec.name = model
    made.model_spec.signature_name = SIGNATURE
    fahrenheit = np.linspace(FLOOR_FAHRENHEIT, CEILING_FAHRENHEIT, size, dtype=np.float32)
    made.inputs[INPUT].CopyFrom(tf.make_tensor_proto(fahrenheit))
    return made
