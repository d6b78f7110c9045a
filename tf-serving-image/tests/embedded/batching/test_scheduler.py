"""Requests are merged if merging changes no answer."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from celsiusify_tf_serving.embedded.batching.policy import BatchingPolicy
from celsiusify_tf_serving.embedded.batching.scheduler import Batcher, Outcome
from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.signatures import DTYPES, Arrays, Signature, TensorInfo

ROWS = TensorInfo("x:0", DTYPES[1], (-1,))
SCALAR = TensorInfo("x:0", DTYPES[1], ())
HOT = 1000.0


class Model:
    """A model that doubles its input, and records the number of rows of each run."""

    def __init__(self, run: Callable[[Any], Any] = lambda x: x * 2, wait_s: float = 0.0) -> None:
        self.rows: list[int] = []
        self._run, self._wait_s = run, wait_s

    def __call__(self, arrays: Arrays) -> Arrays:
        """Run like a session."""
        time.sleep(self._wait_s)
        self.rows.append(arrays[0].size)
        if np.any(arrays[0] == HOT):
            raise invalid("too hot")
        return [self._run(arrays[0])]


def submit_all(
    model: Model,
    inputs: list[Any],
    policy: BatchingPolicy | None = None,
    info: TensorInfo = ROWS,
    timeout_s: float | None = None,
) -> list[Outcome | BaseException]:
    """Submit requests at the same time, twice, and return the second outcomes."""

    async def submit() -> list[Outcome | BaseException]:
        signature = Signature("s", "predict", {"x": info}, {"y": info}, None)
        with ThreadPoolExecutor(4) as pool:
            batcher = Batcher(signature, model, pool, policy or BatchingPolicy())
            arrays = [[np.array(values, np.float32)] for values in inputs]
            outcomes: list[Outcome | BaseException] = []
            for _ in range(2):
                model.rows.clear()
                runs: list[Coroutine[Any, Any, Arrays]] = [
                    batcher.submit(array, timeout_s) for array in arrays
                ]
                outcomes = list(await asyncio.gather(*runs, return_exceptions=True))
            assert batcher.in_flight == 0
            return outcomes

    return asyncio.run(submit())


def values(outcomes: list[Outcome | BaseException]) -> list[Any]:
    """Return the first output of each outcome, or its error's text."""
    return [
        outcome[0].tolist() if isinstance(outcome, list) else str(outcome) for outcome in outcomes
    ]


def test_requests_at_the_same_time_run_as_one() -> None:
    """Each request gets its own rows of the merged answer."""
    model = Model()
    outcomes = submit_all(model, [[1.0], [2.0, 3.0], [4.0]])
    assert values(outcomes) == [[2.0], [4.0, 6.0], [8.0]]
    assert model.rows == [4]


def test_an_error_affects_only_its_own_request() -> None:
    """A failed merged run is repeated request by request."""
    outcomes = submit_all(Model(), [[1.0], [HOT], [3.0]])
    assert values(outcomes) == [[2.0], "INVALID_ARGUMENT: too hot", [6.0]]


def test_a_model_that_mixes_rows_is_not_merged() -> None:
    """The first merged run is compared with separate runs, and merging ends if they differ."""
    model = Model(run=lambda x: x - x.mean())
    outcomes = submit_all(model, [[1.0], [3.0]])
    assert values(outcomes) == [[0.0], [0.0]]
    assert model.rows == [1, 1]


def test_an_answer_with_other_rows_is_not_split() -> None:
    """A model that answers with twice the rows runs each request separately."""
    outcomes = submit_all(Model(run=lambda x: np.concatenate([x, x])), [[1.0], [3.0]])
    assert values(outcomes) == [[1.0, 1.0], [3.0, 3.0]]


@pytest.mark.parametrize("inputs", [[1.0, 2.0], [[[1.0]], [[2.0]]], [[], []]])
def test_a_request_without_the_declared_rows_runs_alone(inputs: list[Any]) -> None:
    """Scalars, other ranks and empty requests aren't merged."""
    model = Model()
    outcomes = submit_all(model, inputs)
    assert values(outcomes) == [(np.array(x) * 2).tolist() for x in inputs]
    assert len(model.rows) == 2


def test_a_signature_without_rows_is_never_merged() -> None:
    """A scalar signature runs each request alone."""
    model = Model()
    assert values(submit_all(model, [1.0, 2.0], info=SCALAR)) == [2.0, 4.0]
    assert model.rows == [1, 1]


def test_a_batch_has_no_more_rows_than_allowed() -> None:
    """More requests than fit run in several batches."""
    model = Model()
    submit_all(model, [[1.0, 1.0]] * 4, BatchingPolicy(max_rows=5))
    assert model.rows == [4, 4]


def test_a_batch_is_padded_to_an_allowed_size() -> None:
    """Padding isn't part of any answer."""
    model = Model()
    policy = BatchingPolicy(is_strict=True, max_rows=8, allowed_rows=(4, 8))
    assert values(submit_all(model, [[1.0], [2.0]], policy)) == [[2.0], [4.0]]
    assert model.rows == [4]


def test_the_timeout_includes_waiting() -> None:
    """A request that waits for a slow run ends at its own timeout."""
    outcomes = submit_all(Model(wait_s=0.3), [[1.0]] * 2, timeout_s=0.05)
    assert values(outcomes) == ["DEADLINE_EXCEEDED: Timed out waiting for notification"] * 2


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([1.0], "Batching Run() input tensors must have at least one dimension"),
        ([[1.0] * 5], "Task size 5 is larger than maximum input batch size 4"),
    ],
)
def test_strict_batching_refuses_a_request_that_does_not_fit(
    inputs: list[Any], message: str
) -> None:
    """With batching flags, such requests are errors."""
    policy = BatchingPolicy(is_strict=True, max_rows=4)
    assert values(submit_all(Model(), inputs, policy)) == [f"INVALID_ARGUMENT: {message}"]


def test_strict_batching_refuses_a_request_without_inputs() -> None:
    """A signature without inputs can't be batched."""

    async def submit() -> Arrays:
        signature = Signature("s", "predict", {}, {"y": ROWS}, None)
        with ThreadPoolExecutor(1) as pool:
            return await Batcher(signature, Model(), pool, BatchingPolicy(is_strict=True)).submit(
                [], None
            )

    with pytest.raises(ServingError, match="must have at least one input tensor"):
        asyncio.run(submit())


def test_a_full_queue_refuses_more() -> None:
    """With one batch running and one batch waiting, a queue of one is full."""

    async def fill() -> ServingError:
        signature = Signature("s", "predict", {"x": ROWS}, {"y": ROWS}, None)
        policy = BatchingPolicy(is_strict=True, max_rows=1, max_enqueued_batches=1)
        with ThreadPoolExecutor(1) as pool:
            batcher = Batcher(signature, Model(wait_s=0.1), pool, policy)
            array = np.zeros(1, np.float32)
            running = asyncio.create_task(batcher.submit([array], None))
            await asyncio.sleep(0.05)
            waiting = asyncio.create_task(batcher.submit([array], None))
            await asyncio.sleep(0)
            with pytest.raises(ServingError) as raised:
                await batcher.submit([array], None)
            await asyncio.gather(running, waiting)
            return raised.value

    error = asyncio.run(fill())
    assert error.code is Code.UNAVAILABLE
    assert "currently 1 batches enqueued and max_enqueued_batches is 1" in error.message
