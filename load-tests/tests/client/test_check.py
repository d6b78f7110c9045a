import csv
import json
from pathlib import Path

import pytest

from celsiusify_load_tests.client.check import AnswerCheck, JsonPath, WrongAnswerError, celsius_of
from celsiusify_load_tests.client.http1.response import Response

REFERENCE_POINTS_CSV = Path(__file__).parents[3] / "reference-points.csv"
REFERENCE_POINTS = [
    (float(row["fahrenheit"]), float(row["celsius"]))
    for row in csv.DictReader(REFERENCE_POINTS_CSV.read_text(encoding="utf-8").splitlines())
]
FLASK = AnswerCheck(JsonPath("celsius"), JsonPath("app_identifier"))
TFSERVING = AnswerCheck(JsonPath("predictions.0"), None)


def reply(body: bytes, status: int = 200) -> Response:
    return Response(status, body, reusable=True)


@pytest.mark.parametrize(("fahrenheit", "celsius"), REFERENCE_POINTS)
def test_reference_points_are_right(fahrenheit: float, celsius: float) -> None:
    """The formula gives each reference point, and an answer with it passes, as text or number."""
    assert celsius_of(fahrenheit) == pytest.approx(celsius, abs=1e-6)
    text = json.dumps({"celsius": f"{celsius:.6f}", "app_identifier": "A"}).encode()
    numeric = json.dumps({"predictions": [celsius]}).encode()
    assert FLASK.judge(reply(text), fahrenheit) == "A"
    assert TFSERVING.judge(reply(numeric), fahrenheit) is None


@pytest.mark.parametrize(
    ("fahrenheit", "error", "is_right"),
    [
        (32.0, 0.99e-4, True),
        (32.0, 1.01e-4, False),
        (1832.0, 0.0999, True),
        (1832.0, -0.0999, True),
        (1832.0, 0.1001, False),
        (-40.0, 0.00399, True),
        (-40.0, 0.00401, False),
    ],
)
def test_tolerance_is_relative_above_one_degree(
    fahrenheit: float, error: float, is_right: bool
) -> None:
    """An answer may be off by 1e-4 × max(1, |°C|)."""
    body = json.dumps({"predictions": [celsius_of(fahrenheit) + error]}).encode()
    if is_right:
        TFSERVING.judge(reply(body), fahrenheit)
    else:
        with pytest.raises(WrongAnswerError, match=r"^wrong temperature at predictions\.0$"):
            TFSERVING.judge(reply(body), fahrenheit)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "answer isn't JSON"),
        (b'{"predictions": [NaN]}', "answer isn't JSON"),
        (b'{"predictions": ["nan"]}', "wrong temperature at predictions.0"),
        (b'{"predictions": ["inf"]}', "wrong temperature at predictions.0"),
        (b'{"predictions": []}', "answer has no predictions.0"),
        (b'{"predictions": 7}', "answer has no predictions.0"),
        (b'{"error": "no model"}', "answer has no predictions.0"),
        (b"[0]", "answer has no predictions.0"),
        (b'{"predictions": [[0.0]]}', "answer has no number at predictions.0"),
        (b'{"predictions": [null]}', "answer has no number at predictions.0"),
        (b'{"predictions": [false]}', "answer has no number at predictions.0"),
        (b'{"predictions": ["warm"]}', "answer has no number at predictions.0"),
        (b'{"predictions": [32.0]}', "wrong temperature at predictions.0"),
    ],
)
def test_bad_answers_say_what_is_wrong(body: bytes, reason: str) -> None:
    """Each kind of bad answer has its own text, without the values that came."""
    with pytest.raises(WrongAnswerError) as raised:
        TFSERVING.judge(reply(body), 32.0)
    assert str(raised.value) == reason


def test_right_answer_must_tell_its_instance() -> None:
    """Where a target tells who answers, an answer without it is bad."""
    with pytest.raises(WrongAnswerError, match="answer has no app_identifier"):
        FLASK.judge(reply(b'{"celsius": "0.000000"}'), 32.0)


@pytest.mark.parametrize("check", [FLASK, TFSERVING])
def test_an_error_is_no_answer(check: AnswerCheck) -> None:
    """Whatever its body holds."""
    body = json.dumps(check.right_document(32.0)).encode()
    check.judge(reply(body), 32.0)
    assert check.read(reply(body)) == 0.0
    with pytest.raises(WrongAnswerError, match=r"^status 503$"):
        check.judge(reply(body, 503), 32.0)
    with pytest.raises(WrongAnswerError, match=r"^status 503$"):
        check.read(reply(body, 503))
