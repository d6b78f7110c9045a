"""An exported version, as a server finds it."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from celsiusify_tf_model import accuracy, data, savedmodel, warmup
from celsiusify_tf_model.card import read_card, weights_fingerprint
from celsiusify_tf_model.points import Points, split_by_range

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def convert(exported: Path) -> savedmodel.Convert:
    return savedmodel.load(exported)


def test_every_reference_point_in_range_is_within_the_bound(
    convert: savedmodel.Convert, reference_points: Points
) -> None:
    (fahrenheit, exact), _ = split_by_range(reference_points)
    error = np.abs(convert(fahrenheit) - exact) / np.maximum(1, np.abs(exact))

    assert len(fahrenheit) >= 20
    assert np.max(error) <= 1e-3


@pytest.mark.parametrize(("low", "high"), [(-459.67, 10_000), (31, 33), (-1, 1)])
def test_no_temperature_drawn_from_the_range_is_over_the_bound(
    convert: savedmodel.Convert, low: float, high: float
) -> None:
    """The claim holds at points that aren't on the grid which the export checks."""
    fahrenheit = np.random.default_rng(99).uniform(low, high, 100_000).astype(np.float32)
    found = accuracy.largest_error(fahrenheit, convert(fahrenheit), data.celsius(fahrenheit))

    assert found.error <= 1e-3


def test_the_documented_request_gets_its_answer(convert: savedmodel.Convert) -> None:
    answer = convert(np.array([80.0, 90.0, 451]))

    assert answer == pytest.approx([26.666667, 32.222222, 232.777778], abs=1e-3)


def test_signature_takes_and_gives_float32_of_any_batch_size(exported: Path) -> None:
    signature = tf.saved_model.load(str(exported)).signatures["serving_default"]
    _, inputs = signature.structured_input_signature

    assert inputs == {"fahrenheit": tf.TensorSpec([None], tf.float32, name="fahrenheit")}
    assert list(signature.structured_outputs) == ["celsius"]
    assert signature.structured_outputs["celsius"].dtype == tf.float32
    assert signature.structured_outputs["celsius"].shape.as_list() == [None]


def test_a_session_answers_as_the_signature_does(
    exported: Path, convert: savedmodel.Convert
) -> None:
    """TensorFlow Serving loads the graph into a session, which finds its variables otherwise."""
    fahrenheit = np.array([-40, 32, 451], dtype=np.float32)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(exported))
        signature = graph.signature_def["serving_default"]
        feed = {signature.inputs["fahrenheit"].name: fahrenheit}
        answer = session.run(signature.outputs["celsius"].name, feed)

    assert answer == pytest.approx(convert(fahrenheit), abs=1e-5)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 1000])
def test_each_batch_size_gives_the_answers_of_single_requests(exported: Path, size: int) -> None:
    """A server that merges requests answers as one that doesn't, to float32's last digits."""
    signature = tf.saved_model.load(str(exported)).signatures["serving_default"]
    fahrenheit = np.linspace(-459, 9999, size, dtype=np.float32)
    merged = signature(fahrenheit=tf.constant(fahrenheit))["celsius"].numpy()
    single = [signature(fahrenheit=tf.constant([value]))["celsius"][0] for value in fahrenheit]

    assert merged.shape == (size,)
    assert merged == pytest.approx(np.array(single), rel=1e-5, abs=1e-4)


def test_warm_up_requests_are_answered_for_one_and_for_several(exported: Path) -> None:
    """The file holds PredictionLogs that the served signature can run."""
    file = exported / "assets.extra" / "tf_serving_warmup_requests"
    signature = tf.saved_model.load(str(exported)).signatures["serving_default"]
    sizes = []
    for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        asked = PredictionLog.FromString(record).predict_log.request
        assert (asked.model_spec.name, asked.model_spec.signature_name) == (
            "celsiusify",
            "serving_default",
        )
        fahrenheit = tf.make_ndarray(asked.inputs["fahrenheit"])
        assert fahrenheit.dtype == np.float32
        answer = signature(fahrenheit=tf.constant(fahrenheit))["celsius"]
        assert answer.shape == fahrenheit.shape
        sizes.append(len(fahrenheit))

    assert sizes == list(warmup.BATCH_SIZES)
    assert sizes[0] == 1


def test_card_tells_the_weights_that_are_in_the_files(exported: Path) -> None:
    card = read_card(exported)
    model = tf.saved_model.load(str(exported))
    weights = [variable.numpy() for variable in model.weights]

    assert card is not None
    assert card["fingerprint"] == weights_fingerprint(weights)
    assert card["parameters"] == sum(weight.size for weight in weights)


def test_card_tells_the_error_that_is_found_again(
    exported: Path, convert: savedmodel.Convert
) -> None:
    card = read_card(exported)
    grid = data.checking_fahrenheit()
    again = accuracy.largest_error(grid, convert(grid), data.celsius(grid))

    assert card is not None
    assert card["error"]["bound"] == 1e-3
    assert card["error"]["error"] == pytest.approx(again.error)
    assert card["error"]["at_fahrenheit"] == pytest.approx(again.at_fahrenheit)


def test_card_reports_what_lies_outside_and_promises_nothing(exported: Path) -> None:
    card = read_card(exported)

    assert card is not None
    outside = {point["fahrenheit"] for point in card["errors_outside_range"]}
    assert 1e6 in outside
    assert card["training"]["range_fahrenheit"] == [-459.67, 10_000.0]


def test_server_user_can_read_every_file(exported: Path) -> None:
    """A container's user isn't the one who exported."""
    for path in [exported, *exported.rglob("*")]:
        assert path.stat().st_mode & 0o004, path
