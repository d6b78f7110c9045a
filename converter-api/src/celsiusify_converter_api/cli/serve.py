"""The verb `serve`."""

import os
import socket
import sys

import click

from celsiusify_converter_api.config import ConfigError, Settings

GUNICORN_CONFIG = "python:celsiusify_converter_api.serving.gunicorn_conf"
APP = "celsiusify_converter_api.app:create_app()"


def run() -> None:
    """Replace this process by gunicorn, so that signals reach gunicorn.

    Raises:
        click.ClickException: If a setting can't be used.
    """
    try:
        settings = Settings.load()
        check_port(settings.host, settings.port)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", GUNICORN_CONFIG, APP]
    os.execv(sys.executable, gunicorn)


def check_port(host: str, port: int) -> None:
    """Check that the address is free: gunicorn would retry for seconds, and log many lines.

    Raises:
        ConfigError: If the address can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()
        except OSError as error:
            raise ConfigError(f"can't listen on {host} port {port}: {error.strerror}") from error
