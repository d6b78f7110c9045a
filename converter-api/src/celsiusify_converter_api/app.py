"""The Flask application and its parts."""

from flask import Flask

from celsiusify_converter_api.config import Settings
from celsiusify_converter_api.serving import limits
from celsiusify_converter_api.web import api, docs, errors, health, metrics, openapi
from celsiusify_converter_api.web.proxies import TrustedProxies


def create_app(settings: Settings | None = None) -> Flask:
    """Make the Flask application.

    Args:
        settings: The settings of the application; by default, those of the environment.

    Returns:
        The application.
    """
    settings = settings or Settings.load()
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined] # of Flask's own JSON provider
    errors.init_app(app)
    docs.init_app(app)
    for blueprint in (api.blueprint, health.blueprint, openapi.blueprint):
        app.register_blueprint(blueprint)
    limits.init_app(app)
    metrics.init_app(app)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    return app
