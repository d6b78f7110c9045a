"""A loaded version of a model: its TensorFlow session, its signatures and its batchers."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import CallableOptions
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap

from celsiusify_tf_serving.embedded.batching.policy import BatchingPolicy
from celsiusify_tf_serving.embedded.batching.scheduler import Batcher, Run
from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.signatures import (
    DEFAULT_SIGNATURE,
    Arrays,
    Signature,
    read_signature,
)

NO_TIMEOUT_MS = 0
Outputs = tuple[str, ...]


class Program:
    """A SavedModel in a TensorFlow session.

    Attributes:
        signature_defs: The SavedModel's signatures by name.
    """

    def __init__(self, session: Any, signature_defs: dict[str, Any]) -> None:
        self._session = session
        self.signature_defs = signature_defs

    def function(self, feeds: Sequence[str], fetches: Sequence[str], timeout_ms: int) -> Run:
        """Make a function from the tensors in `feeds` to the tensors in `fetches`.

        The function is a callable of the session, which feeds the same arrays as TensorFlow
        Serving. `Session.run` refuses shapes that the graph's placeholders don't declare, before
        the graph receives them.
        """
        options = CallableOptions(feed=feeds, fetch=fetches)
        options.run_options.timeout_in_ms = timeout_ms
        call = self._session._make_callable_from_options(options)

        def run(arrays: Arrays) -> Arrays:
            try:
                outputs: Arrays = call(*arrays)
            except tf.errors.OpError as error:
                raise serving_error(error) from error
            return outputs

        return run

    def close(self) -> None:
        """Free the session."""
        self._session.close()


def serving_error(error: Any) -> ServingError:
    """Convert an error of TensorFlow, with its code and message."""
    return ServingError(Code(error.error_code), error.message)


@dataclass(frozen=True)
class Runtime:
    """The threads and rules by which all servables run.

    Attributes:
        pool: Threads in which sessions run.
        policy: Limits of batching.
        observe: Callback for each run, with the model and the duration in seconds.
    """

    pool: Executor
    policy: BatchingPolicy
    observe: Callable[[str, float], None]


class Servable:
    """A version of a model that can run.

    Attributes:
        model: Name of the model.
        version: Number of the version.
        signatures: Signatures by name.
    """

    def __init__(self, model: str, version: int, program: Program, runtime: Runtime) -> None:
        self.model, self.version = model, version
        self.signatures = {
            name: read_signature(name, definition)
            for name, definition in sorted(program.signature_defs.items())
        }
        self._program, self._runtime = program, runtime
        self._batchers: dict[tuple[str, Outputs, int], Batcher] = {}

    def signature(self, name: str) -> Signature | None:
        """Return the signature of a name; "" is the default signature."""
        return self.signatures.get(name or DEFAULT_SIGNATURE)

    async def run(
        self, signature: Signature, arrays: Arrays, outputs: Outputs, timeout_s: float | None
    ) -> Arrays:
        """Run a signature for the named outputs, in a thread of the pool.

        Raises:
            ServingError: If the run fails, or exceeds the timeout.
        """
        key = (signature.name, outputs, _session_timeout_ms(timeout_s))
        batcher = self._batchers.get(key)
        if batcher is None:
            run = self._timed(self._function(signature, outputs, key[2]))
            batcher = Batcher(signature, run, self._runtime.pool, self._runtime.policy)
            self._batchers[key] = batcher
        return await batcher.submit(arrays, timeout_s)

    def run_now(self, signature: Signature, arrays: Arrays, outputs: Outputs) -> Arrays:
        """Run a signature in this thread."""
        return self._function(signature, outputs, NO_TIMEOUT_MS)(arrays)

    @property
    def in_flight(self) -> int:
        """Number of requests that wait or run."""
        return sum(batcher.in_flight for batcher in self._batchers.values())

    def close(self) -> None:
        """Free the version's session."""
        self._program.close()

    def _function(self, signature: Signature, outputs: Outputs, timeout_ms: int) -> Run:
        feeds = [info.name for info in signature.inputs.values()]
        fetches = [signature.outputs[alias].name for alias in outputs]
        return self._program.function(feeds, fetches, timeout_ms)

    def _timed(self, run: Run) -> Run:
        return partial(_run_timed, run, partial(self._runtime.observe, self.model))


def _run_timed(run: Run, observe: Callable[[float], None], arrays: Arrays) -> Arrays:
    start = time.perf_counter()
    outputs = run(arrays)
    observe(time.perf_counter() - start)
    return outputs


def _session_timeout_ms(timeout_s: float | None) -> int:
    """Return the timeout after which a session abandons a run.

    The timeout is the next power of two, because each timeout needs its own callable.
    """
    if timeout_s is None:
        return NO_TIMEOUT_MS
    return int(2 ** math.ceil(math.log2(max(timeout_s * 1000, 1))))


def signature_map(servable: Servable) -> Any:
    """Return the signatures of a version as a SignatureDefMap."""
    signatures = SignatureDefMap()
    for name, signature in servable.signatures.items():
        signatures.signature_def[name].CopyFrom(signature.definition)
    return signatures
