"""Queues the requests of one signature and runs those that wait together as one."""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from celsiusify_tf_serving.embedded.batching.merging import (
    Arrays,
    Outcome,
    Run,
    agree,
    run_each,
    run_merged,
)
from celsiusify_tf_serving.embedded.batching.policy import BatchingPolicy
from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid, timed_out
from celsiusify_tf_serving.embedded.models.signatures import Signature


@dataclass(slots=True, eq=False)
class _Request:
    arrays: Arrays
    future: asyncio.Future[Arrays]

    @property
    def rows(self) -> int:
        return len(self.arrays[0])

    @property
    def tail(self) -> tuple[tuple[int, ...], ...]:
        return tuple(array.shape[1:] for array in self.arrays)

    def settle(self, outcome: Outcome) -> None:
        if self.future.done():
            return
        if isinstance(outcome, ServingError):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Batcher:
    """Runs one signature in a pool of threads, merging what waits while all its runs are busy.

    Requests are merged only if all the signature's inputs and outputs have rows, and their arrays
    have the rank and dimensions that it declares. That a model treats each row by itself, no
    signature says; so the first merged run is repeated request by request, and if the answers
    differ, nothing of this signature is merged again.

    It belongs to one event loop; `run` is called in the pool.
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
        """Run a request, alone or with others.

        Raises:
            ServingError: If the run fails, or isn't done in time.
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
        size, most = len(arrays[0]), self._policy.max_rows
        if size > most:
            raise invalid(f"Task size {size} is larger than maximum input batch size {most}")
        limit = self._policy.max_enqueued_batches
        enqueued = -(-sum(request.rows for request in self._waiting) // most)
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
        done = self._loop.run_in_executor(self._pool, run_each, self._run, [request.arrays])
        done.add_done_callback(lambda future: _settle([request], _outcomes(future, 1)))

    def _enqueue(self, request: _Request) -> None:
        self._waiting.append(request)
        if not self._flush_is_due and self._running < self._policy.parallel_runs:
            # After what the loop has to do now, so that what came together runs together.
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
        """Take from the queue's head what fits, is still waited for, and has one shape."""
        batch: list[_Request] = []
        rows = 0
        while self._waiting:
            request = self._waiting[0]
            full = batch and (
                rows + request.rows > self._policy.max_rows or request.tail != batch[0].tail
            )
            if full:
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
        """Run in a thread of the pool."""
        padded = self._policy.padded_rows
        if (len(requests) == 1 and not self._policy.allowed_rows) or not self._merges:
            return run_each(self._run, requests)
        merged = run_merged(self._run, requests, padded)
        if merged is not None and self._is_proven:
            return merged
        outcomes = run_each(self._run, requests)
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
