"""Loads a SavedModel into a TensorFlow session and makes functions of its tensors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.config_pb2 import CallableOptions, ConfigProto
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from celsiusify_tf_serving.embedded.batching.merging import Arrays, Run
from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.flags import Flags

FILE = "saved_model.pb"


class Program:
    """A loaded SavedModel.

    Attributes:
        signature_defs: Its signatures, by name.
    """

    def __init__(self, session: Any, signature_defs: dict[str, Any]) -> None:
        self._session = session
        self.signature_defs = signature_defs

    def function(self, feeds: Sequence[str], fetches: Sequence[str], timeout_ms: int) -> Run:
        """Make a function from the tensors named in `feeds` to those in `fetches`.

        A callable of the session, since it feeds what TensorFlow Serving would: `Session.run`
        refuses shapes that the graph's placeholders don't declare, before the graph sees them.
        """
        options = CallableOptions(feed=feeds, fetch=fetches)
        options.run_options.timeout_in_ms = timeout_ms
        call = self._session._make_callable_from_options(options)

        def run(arrays: Arrays) -> Arrays:
            try:
                outputs: Arrays = call(*arrays)
            except tf.errors.OpError as error:
                raise _serving_error(error) from error
            return outputs

        return run

    def close(self) -> None:
        """Free the session."""
        self._session.close()


def load_program(path: Path, flags: Flags) -> Program:
    """Load the SavedModel in a folder.

    Raises:
        ServingError: If it can't be loaded.
    """
    _check_file(path)
    session = tf.compat.v1.Session(graph=tf.Graph(), config=_session_config(flags))
    tags = flags.saved_model_tags.split(",")
    try:
        with session.graph.as_default():
            meta_graph = tf.compat.v1.saved_model.load(session, tags, str(path))
    except Exception as error:
        session.close()
        raise _load_error(error) from error
    return Program(session, dict(meta_graph.signature_def))


def _check_file(path: Path) -> None:
    file = path / FILE
    if not file.exists():
        raise ServingError(
            Code.NOT_FOUND,
            f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path}",
        )
    try:
        SavedModel.FromString(file.read_bytes())
    except DecodeError as error:
        raise ServingError(Code.OUT_OF_RANGE, "Read less bytes than requested") from error


def _session_config(flags: Flags) -> Any:
    both = flags.tensorflow_session_parallelism
    return ConfigProto(
        use_per_session_threads=True,  # so that a slow model doesn't hold up the others
        intra_op_parallelism_threads=flags.tensorflow_intra_op_parallelism or both,
        inter_op_parallelism_threads=flags.tensorflow_inter_op_parallelism or both,
    )


def _load_error(error: Exception) -> ServingError:
    if isinstance(error, tf.errors.OpError):
        return _serving_error(error)
    is_missing = isinstance(error, (RuntimeError, OSError))  # its tags, or its files
    return ServingError(Code.NOT_FOUND if is_missing else Code.INVALID_ARGUMENT, str(error))


def _serving_error(error: Any) -> ServingError:
    return ServingError(Code(error.error_code), error.message)
