"""The health checks `/healthz` and `/readyz`."""

from flask import Blueprint
from werkzeug.exceptions import ServiceUnavailable

from celsiusify_converter_api.serving import drain

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """Answer 200 while the process lives."""
    return {"status": "alive"}


@blueprint.get("/readyz")
def readyz() -> dict[str, str]:
    """Answer 200 while the instance takes traffic, 503 once it is about to stop."""
    if drain.announced():
        raise ServiceUnavailable("The instance is shutting down.")
    return {"status": "ready"}
