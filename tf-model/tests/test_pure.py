"""The parts that need no TensorFlow."""

import io
from pathlib import Path

import numpy as np
import pytest

from celsiusify_tf_model import data, versions
from celsiusify_tf_model.accuracy import largest_error
from celsiusify_tf_model.card import read_card
from celsiusify_tf_model.errors import ModelError
from celsiusify_tf_model.points import Points, split_by_range
from celsiusify_tf_model.progress import Progress
from celsiusify_tf_model.recipe import Architecture, Recipe


def test_formula_gives_the_reference_points(reference_points: Points) -> None:
    fahrenheit, exact = reference_points

    assert data.celsius(fahrenheit) == pytest.approx(exact, rel=1e-6, abs=1e-5)


def test_samples_are_the_same_for_a_seed_and_stay_in_the_range() -> None:
    first, again, other = (data.training_fahrenheit(1000, seed) for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.min(first) >= np.float32(-459.67)
    assert np.max(first) <= 10_000


def test_checked_grid_spans_the_range_and_is_densest_at_freezing() -> None:
    grid = data.checking_fahrenheit()
    step = np.diff(grid)

    assert (grid[0], grid[-1]) == (np.float32(-459.67), np.float32(10_000))
    assert np.max(step) < 0.06
    assert np.max(step[(grid[:-1] > 23) & (grid[:-1] < 41)]) < 2e-4


@pytest.mark.parametrize(
    ("predicted", "error", "at"),
    [
        ([0.5, 100.0], 0.5, 32.0),  # near 0 °C the error is absolute
        ([0.0, 110.0], 0.1, 212.0),  # elsewhere it is relative
        ([0.0, np.nan], np.nan, 212.0),
    ],
)
def test_largest_error_is_relative_above_one_degree(
    predicted: list[float], error: float, at: float
) -> None:
    fahrenheit = np.array([32.0, 212.0])
    found = largest_error(fahrenheit, np.array(predicted), np.array([0.0, 100.0]))

    assert found.error == pytest.approx(error, nan_ok=True)
    assert found.at_fahrenheit == at
    assert not found.within_bound


def test_points_outside_of_the_range_are_kept_apart(reference_points: Points) -> None:
    (inside, _), (outside, _) = split_by_range(reference_points)

    assert {np.float32(-459.67), np.float32(10_000)} <= set(inside)
    assert np.float32(1e6) in outside
    assert len(inside) + len(outside) == len(reference_points[0])


@pytest.mark.parametrize(
    ("names", "expected"), [([], 1), (["1"], 2), (["2", "10", ".exporting-x", "backup"], 11)]
)
def test_next_free_version_follows_the_highest(
    tmp_path: Path, names: list[str], expected: int
) -> None:
    for name in names:
        (tmp_path / name).mkdir()

    assert versions.next_free(tmp_path) == expected


def test_version_taken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Of two exports at a time, the second to finish gives way."""
    publishing = versions.publish(tmp_path, 3)
    publishing.__enter__().mkdir()
    (tmp_path / "3").mkdir()

    with pytest.raises(ModelError, match="version 3 exists already"):
        publishing.__exit__(None, None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["3"]


def test_recipe_fingerprint_follows_the_settings() -> None:
    linear, again = (Recipe(Architecture(), learning_rate=0.1) for _ in range(2))
    wider = Recipe(Architecture("mlp", 8, 2), learning_rate=0.1)

    assert linear.fingerprint() == again.fingerprint()
    assert linear.fingerprint() != wider.fingerprint()


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_unreadable_card_counts_as_none(tmp_path: Path, text: str | None) -> None:
    """A version that someone else made is no reason to fail."""
    if text is not None:
        (tmp_path / "assets.extra").mkdir()
        (tmp_path / "assets.extra" / "model.json").write_text(text)

    assert read_card(tmp_path) is None


def test_progress_writes_over_one_line_in_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    progress = Progress(stream)
    progress("epoch 1")
    progress("epoch 2")
    progress.clear()

    assert stream.getvalue() == "\r\x1b[Kepoch 1\r\x1b[Kepoch 2\r\x1b[K"


def test_progress_is_sparse_elsewhere() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress("epoch 1")
    progress("epoch 2")
    progress.clear()

    assert stream.getvalue() == "epoch 1\n"
