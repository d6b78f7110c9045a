"""Load a version of a model from its SavedModel, and warm it up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.config_pb2 import ConfigProto
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.models.inference import (
    classify_plan,
    inference_plans,
    regress_plan,
)
from celsiusify_tf_serving.embedded.models.prediction import Plan, predict_plan
from celsiusify_tf_serving.embedded.models.servable import (
    Program,
    Runtime,
    Servable,
    serving_error,
)

MODEL_FILE = "saved_model.pb"
WARMUP_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
MAX_WARMUP_RECORDS = 1000

PLANS: dict[str, Callable[[Servable, Any], list[Plan]]] = {
    "predict_log": lambda servable, request: [predict_plan(servable, request)],
    "classify_log": lambda servable, request: [classify_plan(servable, request)],
    "regress_log": lambda servable, request: [regress_plan(servable, request)],
    "multi_inference_log": inference_plans,
}


def load_servable(
    model: str, version: int, folder: Path, flags: Flags, runtime: Runtime
) -> Servable:
    """Load a version of a model and warm it up, in this thread.

    Raises:
        ServingError: If the SavedModel can't be loaded, or a warm-up request fails.
    """
    servable = Servable(model, version, load_program(folder, flags), runtime)
    if flags.enable_model_warmup:
        try:
            warm_up(servable, folder, flags.num_request_iterations_for_warmup)
        except ServingError:
            servable.close()
            raise
    return servable


def load_program(folder: Path, flags: Flags) -> Program:
    """Load the SavedModel in a folder.

    Raises:
        ServingError: If the SavedModel can't be loaded.
    """
    _check_model_file(folder)
    session = tf.compat.v1.Session(graph=tf.Graph(), config=_session_config(flags))
    tags = flags.saved_model_tags.split(",")
    try:
        with session.graph.as_default():
            meta_graph = tf.compat.v1.saved_model.load(session, tags, str(folder))
    except Exception as error:
        session.close()
        raise _load_error(error) from error
    return Program(session, dict(meta_graph.signature_def))


def _check_model_file(folder: Path) -> None:
    file = folder / MODEL_FILE
    if not file.exists():
        raise ServingError(
            Code.NOT_FOUND,
            f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {folder}",
        )
    try:
        SavedModel.FromString(file.read_bytes())
    except DecodeError as error:
        raise ServingError(Code.OUT_OF_RANGE, "Read less bytes than requested") from error


def _session_config(flags: Flags) -> Any:
    both = flags.tensorflow_session_parallelism
    return ConfigProto(
        use_per_session_threads=True,  # so that a slow model doesn't delay other models
        intra_op_parallelism_threads=flags.tensorflow_intra_op_parallelism or both,
        inter_op_parallelism_threads=flags.tensorflow_inter_op_parallelism or both,
    )


def _load_error(error: Exception) -> ServingError:
    if isinstance(error, tf.errors.OpError):
        return serving_error(error)
    is_missing = isinstance(error, (RuntimeError, OSError))  # the tags, or a file
    return ServingError(Code.NOT_FOUND if is_missing else Code.INVALID_ARGUMENT, str(error))


def warm_up(servable: Servable, folder: Path, iterations: int) -> None:
    """Run the requests recorded beside a version, so that no real request is slow.

    Raises:
        ServingError: If a recorded request can't be read, or fails.
    """
    file = folder / WARMUP_FILE
    if not file.exists():
        return
    for record in _warmup_records(file):
        for plan in _plans(servable, record):
            for _ in range(max(iterations, 1)):
                servable.run_now(plan.signature, plan.arrays, plan.outputs)


def _warmup_records(file: Path) -> Iterator[bytes]:
    try:
        for count, record in enumerate(tf.data.TFRecordDataset(str(file)).as_numpy_iterator()):
            if count >= MAX_WARMUP_RECORDS:
                raise invalid(
                    f"Number of warmup records exceeds the maximum ({MAX_WARMUP_RECORDS}) at {file}"
                )
            yield record
    except tf.errors.OpError as error:
        raise serving_error(error) from error


def _plans(servable: Servable, record: bytes) -> list[Plan]:
    try:
        log = PredictionLog.FromString(record)
    except DecodeError as error:
        raise invalid(f"Failed to parse warmup record: {record[:40]!r}") from error
    kind = log.WhichOneof("log_type")
    if kind not in PLANS:
        raise ServingError(Code.UNIMPLEMENTED, f"Unsupported log_type for warmup: {kind}")
    return PLANS[kind](servable, getattr(log, kind).request)
