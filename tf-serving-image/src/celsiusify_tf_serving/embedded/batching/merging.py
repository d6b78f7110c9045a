"""Puts the rows of several requests together, runs them once, and takes the results apart."""

from collections.abc import Callable, Sequence

import numpy as np

from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.models.signatures import Array

Arrays = list[Array]
Run = Callable[[Arrays], Arrays]
Outcome = Arrays | ServingError
RELATIVE_TOLERANCE = 1e-4


def run_alone(run: Run, arrays: Arrays) -> Outcome:
    """Run one request; its error is its outcome."""
    try:
        return run(arrays)
    except ServingError as error:
        return error


def run_each(run: Run, requests: Sequence[Arrays]) -> list[Outcome]:
    """Run requests one after the other."""
    return [run_alone(run, arrays) for arrays in requests]


def run_merged(
    run: Run, requests: Sequence[Arrays], padded_rows: Callable[[int], int]
) -> list[Outcome] | None:
    """Run requests as one: arrays joined along their first dimension, in the order of the requests.

    Returns:
        Each request's outcome; None if the model's answer doesn't have a row for each row of the
        requests, or if it fails and thus doesn't say whose fault it was.
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


def agree(some: Sequence[Outcome], others: Sequence[Outcome]) -> bool:
    """Whether two ways of running requests have given the same outcomes, but for rounding."""
    return all(_same(one, other) for one, other in zip(some, others, strict=True))


def _same(one: Outcome, other: Outcome) -> bool:
    if isinstance(one, ServingError) or isinstance(other, ServingError):
        return isinstance(one, ServingError) and isinstance(other, ServingError)
    return all(_close(a, b) for a, b in zip(one, other, strict=True))


def _close(a: Array, b: Array) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    scale = float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
    return np.allclose(
        a, b, rtol=RELATIVE_TOLERANCE, atol=RELATIVE_TOLERANCE * scale, equal_nan=True
    )
