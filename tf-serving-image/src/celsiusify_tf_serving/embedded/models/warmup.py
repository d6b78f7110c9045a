"""Sends a version the requests recorded beside it, so that its first real one isn't slow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.models.inference import (
    classify_plan,
    inference_plans,
    regress_plan,
)
from celsiusify_tf_serving.embedded.models.prediction import Plan, predict_plan
from celsiusify_tf_serving.embedded.models.servable import Servable

FILE = Path("assets.extra") / "tf_serving_warmup_requests"
MAX_RECORDS = 1000

PLANS: dict[str, Callable[[Servable, Any], list[Plan]]] = {
    "predict_log": lambda servable, request: [predict_plan(servable, request)],
    "classify_log": lambda servable, request: [classify_plan(servable, request)],
    "regress_log": lambda servable, request: [regress_plan(servable, request)],
    "multi_inference_log": inference_plans,
}


def warm_up(servable: Servable, folder: Path, iterations: int) -> None:
    """Run every recorded request, in this thread.

    Raises:
        ServingError: If one can't be read or fails.
    """
    file = folder / FILE
    if not file.exists():
        return
    for record in _records(file):
        for plan in _plans(servable, record):
            for _ in range(max(iterations, 1)):
                servable.run_now(plan.signature, plan.arrays, plan.outputs)


def _records(file: Path) -> Iterator[bytes]:
    try:
        for count, record in enumerate(tf.data.TFRecordDataset(str(file)).as_numpy_iterator()):
            if count >= MAX_RECORDS:
                raise invalid(
                    f"Number of warmup records exceeds the maximum ({MAX_RECORDS}) at {file}"
                )
            yield record
    except tf.errors.OpError as error:
        raise ServingError(Code(error.error_code), error.message) from error


def _plans(servable: Servable, record: bytes) -> list[Plan]:
    try:
        log = PredictionLog.FromString(record)
    except DecodeError as error:
        raise invalid(f"Failed to parse warmup record: {record[:40]!r}") from error
    kind = log.WhichOneof("log_type")
    if kind not in PLANS:
        raise ServingError(Code.UNIMPLEMENTED, f"Unsupported log_type for warmup: {kind}")
    return PLANS[kind](servable, getattr(log, kind).request)
