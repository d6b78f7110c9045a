"""Routes match path and query like TensorFlow Serving's regular expressions."""

import pytest

from celsiusify_tf_serving.embedded.errors import ServingError
from celsiusify_tf_serving.embedded.models.model_config import ModelSpec
from celsiusify_tf_serving.embedded.rest.actions import Route, VersionTooBigError, match_route


@pytest.mark.parametrize(
    ("method", "target", "route"),
    [
        ("POST", "/v1/models/m:predict", Route("predict", ModelSpec("m"))),
        ("POST", "/V1/MODELS/m:classify", Route("classify", ModelSpec("m"))),
        ("POST", "/v1/models/m/versions/07:regress", Route("regress", ModelSpec("m", 7))),
        (
            "POST",
            "/v1/models/m/labels/a%20b:predict",
            Route("predict", ModelSpec("m", None, "a b")),
        ),
        ("GET", "/v1/models/m", Route("status", ModelSpec("m"))),
        ("GET", "/v1/models/m?x", Route("status", ModelSpec("m?x"))),
        ("GET", "/v1/models/a%2Fb/versions/1", Route("status", ModelSpec("a/b", 1))),
        ("GET", "/v1/models/m/labels/l/metadata", Route("metadata", ModelSpec("m", None, "l"))),
    ],
)
def test_a_route_has_an_action_and_a_model(method: str, target: str, route: Route) -> None:
    """Names and labels are unescaped, versions are numbers."""
    assert match_route(method, target) == route


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/v1/models/m:predict"),
        ("GET", "/v1/models/m/"),
        ("POST", "/v1/models/m:PREDICT"),
        ("POST", "/v1/models/m:predict?a=1"),
        ("POST", "/v1/models/m/versions/1/labels/l:predict"),
        ("PUT", "/v1/models/m"),
    ],
)
def test_any_other_target_is_malformed(method: str, target: str) -> None:
    """The message repeats the request."""
    with pytest.raises(ServingError, match="Malformed request") as raised:
        match_route(method, target)
    assert raised.value.message == f"Malformed request: {method} {target}"


def test_a_version_beyond_63_bits_is_refused() -> None:
    """Such a number has a separate error."""
    with pytest.raises(VersionTooBigError):
        match_route("GET", f"/v1/models/m/versions/{2**63}")
