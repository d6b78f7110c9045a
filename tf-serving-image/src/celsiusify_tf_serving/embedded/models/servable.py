"""Hold one version of a model, ready to run, with its metadata."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap

from celsiusify_tf_serving.embedded.batching.merging import Arrays, Run
from celsiusify_tf_serving.embedded.batching.policy import BatchingPolicy
from celsiusify_tf_serving.embedded.batching.scheduler import Batcher
from celsiusify_tf_serving.embedded.models.program import Program
from celsiusify_tf_serving.embedded.models.signatures import (
    DEFAULT_SIGNATURE,
    Signature,
    read_signature,
)

NO_TIMEOUT_MS = 0
Outputs = tuple[str, ...]


@dataclass(frozen=True)
class Runtime:
    """What every servable runs with.

    Attributes:
        pool: The threads in which sessions run.
        observe: Told of each run: the model and how long it took, in seconds.
    """

    pool: Executor
    policy: BatchingPolicy
    observe: Callable[[str, float], None]


class Servable:
    """A version of a model.

    Attributes:
        signatures: Its signatures, by name.
    """

    def __init__(self, model: str, version: int, program: Program, runtime: Runtime) -> None:
        self.model, self.version = model, version
        self.signatures = {
            name: read_signature(name, d) for name, d in sorted(program.signature_defs.items())
        }
        self._program, self._runtime = program, runtime
        self._batchers: dict[tuple[str, Outputs, int], Batcher] = {}

    def signature(self, name: str) -> Signature | None:
        """Return the signature of a name; "" is the default's."""
        return self.signatures.get(name or DEFAULT_SIGNATURE)

    async def run(
        self, signature: Signature, arrays: Arrays, outputs: Outputs, timeout_s: float | None
    ) -> Arrays:
        """Run a signature, for the outputs named, in a thread of the pool.

        Raises:
            ServingError: If the run fails, or isn't done in time.
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
        """How many requests are being run."""
        return sum(batcher.in_flight for batcher in self._batchers.values())

    def close(self) -> None:
        """Free what the version holds."""
        self._program.close()

    def _function(self, signature: Signature, outputs: Outputs, timeout_ms: int) -> Run:
        feeds = [info.name for info in signature.inputs.values()]
        return self._program.function(
            feeds, [signature.outputs[alias].name for alias in outputs], timeout_ms
        )

    def _timed(self, run: Run) -> Run:
        return partial(_run_timed, run, partial(self._runtime.observe, self.model))


def _run_timed(run: Run, observe: Callable[[float], None], arrays: Arrays) -> Arrays:
    start = time.perf_counter()
    outputs = run(arrays)
    observe(time.perf_counter() - start)
    return outputs


def _session_timeout_ms(timeout_s: float | None) -> int:
    """Return after how long a session may give up a run that nobody waits for any more.

    The next power of two, since each timeout takes a callable of its own.
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
