"""The queue of a signature's requests: requests that wait together run as one."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from celsiusify_tf_serving.embedded.batching.policy import BatchingPolicy
from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid, timed_out
from celsiusify_tf_serving.embedded.signatures import Array, Arrays, Signature

Run = Callable[[Arrays], Arrays]
Outcome = Arrays | ServingError
RELATIVE_TOLERANCE = 1e-4


def run_alone(run: Run, arrays: Arrays) -> Outcome:
    """Run one request and return its outputs or its error."""
    try:
        return run(arrays)
    except ServingError as error:
        return error


def run_separately(run: Run, requests: Sequence[Arrays]) -> list[Outcome]:
    """Run requests one after another."""
    return [run_alone(run, arrays) for arrays in requests]


def run_merged(
    run: Run, requests: Sequence[Arrays], padded_rows: Callable[[int], int]
) -> list[Outcome] | None:
    """Run requests as one, with their arrays joined along the first dimension.

    Returns:
        The outcome of each request. None if the outputs don't have one row for each row of the
        requests, or if the run fails: its error doesn't say which request caused the failure.
    """
    rows = [len(arrays[0]) for arrays in requests]
    total = sum(rows)
    try:
        outputs = run(
            [_join(columns, padded_rows(total)) for columns in zip(*requests, strict=True)]
        )
    except ServingError as error:
        return [error] * len(requests) if error.code is Code.DEADLINE_EXCEEDED else None
    if any(not output.ndim or len(output) != padded_rows(total) for output in outputs):
        return None
    ends = np.cumsum(rows).tolist()
    return [
        [output[end - size : end] for output in outputs]
        for end, size in zip(ends, rows, strict=True)
    ]


def _join(columns: Sequence[Array], rows: int) -> Array:
    joined = np.concatenate(columns)
    missing = rows - len(joined)
    return (
        np.concatenate([joined, np.repeat(columns[-1][:1], missing, axis=0)]) if missing else joined
    )


def agree(merged: Sequence[Outcome], separate: Sequence[Outcome]) -> bool:
    """Return True if two ways to run requests agree, apart from rounding."""
    return all(_same(*pair) for pair in zip(merged, separate, strict=True))


def _same(merged: Outcome, separate: Outcome) -> bool:
    if isinstance(merged, ServingError) or isinstance(separate, ServingError):
        return isinstance(merged, ServingError) and isinstance(separate, ServingError)
    return all(_close(*pair) for pair in zip(merged, separate, strict=True))


def _close(a: Array, b: Array) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    scale = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return np.allclose(
        a, b, rtol=RELATIVE_TOLERANCE, atol=RELATIVE_TOLERANCE * scale, equal_nan=True
    )


@dataclass(slots=True, eq=False)
class _Request:
    arrays: Arrays
    future: asyncio.Future[Arrays]

    @property
    def rows(self) -> int:
        return len(self.arrays[0])

    @property
    def row_shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(array.shape[1:] for array in self.arrays)

    def settle(self, outcome: Outcome) -> None:
        if self.future.done():
            return
        if isinstance(outcome, ServingError):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Batcher:
    """The queue of one signature, which merges requests that wait together.

    Requests are merged only if all inputs and outputs of the signature have rows, and the arrays
    have the declared rank and dimensions. No signature says whether the model treats each row
    separately. The first merged run is therefore repeated request by request. If the outcomes
    differ, requests of this signature are never merged again.

    A batcher belongs to one event loop, and calls `run` in the pool's threads.
    """

    def __init__(
        self, signature: Signature, run: Run, pool: Executor, policy: BatchingPolicy
    ) -> None:
        self._inputs = list(signature.inputs.values())
        self._run, self._pool, self._policy = run, pool, policy
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Request] = deque()
        self._merges = signature.is_batch
        self._is_proven = False
        self._running = 0
        self._flush_is_due = False
        self.in_flight = 0

    async def submit(self, arrays: Arrays, timeout_s: float | None) -> Arrays:
        """Run a request, alone or merged with others.

        Raises:
            ServingError: If the run fails, or exceeds the timeout.
        """
        if self._policy.is_strict:
            self._check(arrays)
        request = _Request(arrays, self._loop.create_future())
        timer = (
            None
            if timeout_s is None
            else self._loop.call_later(timeout_s, request.settle, timed_out())
        )
        self.in_flight += 1
        try:
            if self._can_merge(arrays):
                self._enqueue(request)
            else:
                self._start_alone(request)
            return await request.future
        finally:
            self.in_flight -= 1
            if timer:
                timer.cancel()

    def _check(self, arrays: Arrays) -> None:
        if not arrays:
            raise invalid("Batching session Run() must have at least one input tensor.")
        if any(not array.ndim for array in arrays):
            raise invalid("Batching Run() input tensors must have at least one dimension")
        size, max_rows = len(arrays[0]), self._policy.max_rows
        if size > max_rows:
            raise invalid(f"Task size {size} is larger than maximum input batch size {max_rows}")
        limit = self._policy.max_enqueued_batches
        enqueued = -(-sum(request.rows for request in self._waiting) // max_rows)
        if limit is not None and enqueued >= limit and self._running >= self._policy.parallel_runs:
            raise ServingError(
                Code.UNAVAILABLE,
                "The batch scheduling queue to which this task was submitted is full;"
                f" currently {enqueued} batches enqueued and max_enqueued_batches is {limit}",
            )

    def _can_merge(self, arrays: Arrays) -> bool:
        return (
            self._merges
            and all(info.admits(array) for info, array in zip(self._inputs, arrays, strict=True))
            and len({len(array) for array in arrays}) == 1
            and 0 < len(arrays[0]) <= self._policy.max_rows
        )

    def _start_alone(self, request: _Request) -> None:
        done = self._loop.run_in_executor(self._pool, run_separately, self._run, [request.arrays])
        done.add_done_callback(lambda future: _settle([request], _outcomes(future, 1)))

    def _enqueue(self, request: _Request) -> None:
        self._waiting.append(request)
        if not self._flush_is_due and self._running < self._policy.parallel_runs:
            # After the loop's pending callbacks: requests that arrive together run together.
            self._schedule_flush()

    def _schedule_flush(self) -> None:
        self._flush_is_due = True
        if self._policy.timeout_s:
            self._loop.call_later(self._policy.timeout_s, self._flush)
        else:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        while self._waiting and self._running < self._policy.parallel_runs:
            batch = self._take_batch()
            if batch:
                self._start(batch)

    def _take_batch(self) -> list[_Request]:
        """Remove requests of one shape from the queue's head, as many as fit in a batch.

        A request that nobody waits for any more is dropped.
        """
        batch: list[_Request] = []
        rows = 0
        while self._waiting:
            request = self._waiting[0]
            fits = rows + request.rows <= self._policy.max_rows
            if batch and not (fits and request.row_shapes == batch[0].row_shapes):
                break
            self._waiting.popleft()
            if not request.future.done():
                batch.append(request)
                rows += request.rows
        return batch

    def _start(self, batch: list[_Request]) -> None:
        self._running += 1
        done = self._loop.run_in_executor(
            self._pool, self._run_batch, [request.arrays for request in batch]
        )
        done.add_done_callback(lambda future: self._finish(batch, future))

    def _finish(self, batch: list[_Request], future: asyncio.Future[list[Outcome]]) -> None:
        self._running -= 1
        _settle(batch, _outcomes(future, len(batch)))
        if self._waiting and not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def _run_batch(self, requests: list[Arrays]) -> list[Outcome]:
        """Run a batch, in a thread of the pool."""
        padded = self._policy.padded_rows
        if (len(requests) == 1 and not self._policy.allowed_rows) or not self._merges:
            return run_separately(self._run, requests)
        merged = run_merged(self._run, requests, padded)
        if merged is not None and self._is_proven:
            return merged
        outcomes = run_separately(self._run, requests)
        if merged is not None:
            self._is_proven = self._merges = agree(merged, outcomes)
        return outcomes


def _outcomes(future: asyncio.Future[list[Outcome]], count: int) -> list[Outcome]:
    error = future.exception()
    if error is None:
        return future.result()
    return [ServingError(Code.INTERNAL, f"{type(error).__name__}: {error}")] * count


def _settle(batch: Sequence[_Request], outcomes: Sequence[Outcome]) -> None:
    for request, outcome in zip(batch, outcomes, strict=True):
        request.settle(outcome)
