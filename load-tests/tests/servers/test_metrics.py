import pytest

from celsiusify_load_tests.config.targets import Metrics
from celsiusify_load_tests.servers.request_counts import count, fetch_count

PAGE = """\
# TYPE :tensorflow:serving:request_count counter
:tensorflow:serving:request_count{model_name="celsiusify",status="OK"} 39
:tensorflow:serving:request_count{model_name="celsiusify",status="INVALID_ARGUMENT"} 2
:tensorflow:serving:request_count{model_name="",status="NOT_FOUND"} 5
# TYPE celsiusify_requests_total counter
celsiusify_requests_total{path="/convert/",status="200"} 1e+06
celsiusify_requests_created{path="/convert/",status="200"} 1.7e+09
# TYPE untyped_requests untyped
untyped_requests 4
"""


@pytest.mark.parametrize(
    ("counter", "labels", "expected"),
    [
        (":tensorflow:serving:request_count", {"model_name": "celsiusify"}, 41),
        (":tensorflow:serving:request_count", {}, 46),
        (":tensorflow:serving:request_count", {"model_name": "absent"}, 0),
        ("celsiusify_requests_total", {"path": "/convert/"}, 1_000_000),
        ("untyped_requests", {}, 4),
        ("not_yet_counted_total", {}, 0),
    ],
)
def test_all_series_with_the_labels_are_summed(
    counter: str, labels: dict[str, str], expected: int
) -> None:
    assert count(PAGE, Metrics("/metrics", counter, labels)) == expected


def test_a_page_in_another_format_is_no_count() -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the parser's own words are not ours to test
        count("<html>not found</html>", Metrics("/metrics", "x"))


def test_a_server_that_tells_nothing_has_no_count() -> None:
    assert fetch_count("http://127.0.0.1:9", Metrics("/metrics", "x")) is None
