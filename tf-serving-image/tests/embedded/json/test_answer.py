"""Numbers in answers, in TensorFlow Serving's notation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_tf_serving.embedded.json.answer import FEW, float_texts


@given(st.lists(st.floats(width=32), max_size=3 * FEW))
def test_answers_read_back_the_same(values: list[float]) -> None:
    """Every float32 but the denormals, which are 0, reads back as itself."""
    array = np.array(values, np.float32)
    texts = float_texts(array)
    expected = np.where(np.abs(array) < np.finfo(np.float32).tiny, np.copysign(0, array), array)
    read = np.array([float(text) for text in texts], np.float32)
    np.testing.assert_array_equal(read, expected)
    assert texts == [float_texts(array[i : i + 1])[0] for i in range(len(array))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (100.0, "100.0"),
        (1e6, "1e+06"),
        (1234567, "1234567.0"),
        (37.77777777, "37.7777786"),
        (0.1, "0.1"),
        (3e-5, "3e-05"),
        (1e-45, "0.0"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
@pytest.mark.parametrize("count", [1, FEW + 1])
def test_floats_have_six_digits_or_nine(value: float, text: str, count: int) -> None:
    """Few values and many values have the same notation."""
    assert float_texts(np.full(count, value, np.float32)) == [text] * count
