"""The page `/docs/`: Swagger UI, served without any other host."""

from flask import Blueprint, Flask, Response, redirect, url_for
from flask_swagger_ui import get_swaggerui_blueprint
from werkzeug.wrappers import Response as BaseResponse

URL_PREFIX = "/docs"
# Swagger UI starts from an inline script, and draws its icons from data: addresses.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
)

home = Blueprint("home", __name__)


@home.get("/")
def index() -> BaseResponse:
    """Redirect a visitor to the documentation."""
    return redirect(url_for("swagger_ui.show"))


@home.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Redirect a browser to the icon of the documentation."""
    return redirect(url_for("swagger_ui.show", path="favicon-32x32.png"))


def restrict(response: Response) -> Response:
    """Forbid the page to load anything from another host."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def init_app(app: Flask) -> None:
    """Serve the documentation at `/docs/`.

    All addresses in the page are relative, so that it works under a proxy's prefix too.
    """
    swagger_ui = get_swaggerui_blueprint(
        ".",
        "../openapi.json",
        config={
            "app_name": "Celsiusify converter API",
            "layout": "BaseLayout",  # Without the bar that opens other descriptions.
            "displayRequestDuration": True,
            "validatorUrl": None,  # It would send the description to a validator on the Internet.
        },
    )
    swagger_ui.after_request(restrict)
    app.register_blueprint(swagger_ui, url_prefix=URL_PREFIX)
    app.register_blueprint(home)
