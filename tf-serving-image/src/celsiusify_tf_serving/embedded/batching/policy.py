"""The limits of merging requests: the default, or BatchingParameters."""

import os
from dataclasses import dataclass

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.settings_pb2 import BatchingParameters
from celsiusify_tf_serving.embedded.text_config import read_text_proto

MAX_BATCH_ROWS = 1000


def usable_cpus() -> int:
    """Return the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class BatchingPolicy:
    """Limits of merging requests.

    Attributes:
        is_strict: Whether a request that these rules don't allow to be merged is an error.
        max_rows: Highest number of rows in a batch.
        timeout_s: Time that a batch waits for more requests.
        max_enqueued_batches: Number of batches that may wait before requests are refused; None
            for no limit.
        parallel_runs: Number of simultaneous runs of one signature.
        allowed_rows: Sizes to which a batch is padded; any size if empty.
    """

    is_strict: bool = False
    max_rows: int = MAX_BATCH_ROWS
    timeout_s: float = 0.0
    max_enqueued_batches: int | None = None
    parallel_runs: int = 1
    allowed_rows: tuple[int, ...] = ()

    def padded_rows(self, rows: int) -> int:
        """Return the number of rows to which a batch is padded."""
        return next((allowed for allowed in self.allowed_rows if allowed >= rows), rows)


def read_policy(flags: Flags) -> BatchingPolicy:
    """Read the policy from the flags and the file that they name.

    Raises:
        ServingError: If the flags or the file contradict themselves.
    """
    if not flags.enable_batching:
        if flags.batching_parameters_file:
            raise invalid(
                "server_options.batching_parameters_file is set without setting"
                " server_options.enable_batching to true."
            )
        return BatchingPolicy(parallel_runs=usable_cpus())
    parameters = BatchingParameters()
    if flags.batching_parameters_file:
        read_text_proto(flags.batching_parameters_file, parameters)
    return _strict_policy(parameters)


def _strict_policy(parameters: BatchingParameters) -> BatchingPolicy:
    policy = BatchingPolicy(
        is_strict=True,
        max_rows=_value(parameters, "max_batch_size", MAX_BATCH_ROWS),
        timeout_s=_value(parameters, "batch_timeout_micros", 0) / 1e6,
        max_enqueued_batches=_value(parameters, "max_enqueued_batches", 10),
        parallel_runs=_value(parameters, "num_batch_threads", usable_cpus()),
        allowed_rows=tuple(parameters.allowed_batch_sizes),
    )
    if policy.allowed_rows and policy.allowed_rows[-1] != policy.max_rows:
        raise invalid(
            "Last entry in allowed_batch_sizes must match max_batch_size;"
            f" last entry was {policy.allowed_rows[-1]}; expected {policy.max_rows}"
        )
    for option in ("pad_variable_length_inputs", "enable_large_batch_splitting"):
        value = getattr(parameters, option)
        if getattr(value, "value", value):
            raise ServingError(
                Code.UNIMPLEMENTED, f"{option} is not offered by the embedded server"
            )
    return policy


def _value(parameters: BatchingParameters, name: str, default: int) -> int:
    return int(getattr(parameters, name).value) if parameters.HasField(name) else default
