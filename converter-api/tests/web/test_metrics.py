"""What `/metrics` counts, without a server."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

REQUESTS = "celsiusify_requests_total"
LATENCY = "celsiusify_request_latency_seconds"


def samples(page: str, name: str) -> dict[tuple[str, ...], float]:
    """Read a metric's values by its labels path, method and, if it has one, status."""
    values = {}
    for family in text_string_to_metric_families(page):
        for sample in (sample for sample in family.samples if sample.name == name):
            labels = [sample.labels.get(label) for label in ("path", "method", "status")]
            values[tuple(filter(None, labels))] = sample.value
    return values


def test_requests_are_counted_by_route_method_and_status(client: FlaskClient) -> None:
    """Each request counts once, under its route's pattern."""
    for path in (
        "/convert/?fahrenheit=1",
        "/convert/?fahrenheit=2",
        "/convert/",
        "/docs/index.css",
    ):
        client.get(path, buffered=True)
    client.post("/convert/")
    counts = samples(client.get("/metrics").text, REQUESTS)
    assert counts == {
        ("/convert/", "GET", "200"): 2,
        ("/convert/", "GET", "422"): 1,
        ("none", "POST", "405"): 1,
        ("/docs/<path:path>", "GET", "200"): 1,
    }


def test_labels_stay_bounded(client: FlaskClient) -> None:
    """Paths and methods that clients make up share one label each."""
    for i in range(50):
        client.open(f"/made-up/{i}", method=f"BREW{i}")
    assert samples(client.get("/metrics").text, REQUESTS) == {("none", "other", "404"): 50}


def test_latency_is_a_histogram_of_all_requests(client: FlaskClient) -> None:
    """The histogram has as many observations as requests were counted."""
    for _ in range(5):
        client.get("/convert/?fahrenheit=451")
    page = client.get("/metrics").text
    assert samples(page, f"{LATENCY}_count")[("/convert/", "GET")] == 5
    assert samples(page, f"{LATENCY}_sum")[("/convert/", "GET")] > 0
    assert samples(page, f"{LATENCY}_bucket")[("/convert/", "GET")] == 5
