"""The verb `describe`."""

import json

import click

from celsiusify_converter_api.config import ConfigError, Settings
from celsiusify_converter_api.describe import describe


def run() -> None:
    """Print what `serve` would start, as one JSON object.

    Raises:
        click.ClickException: If a setting can't be used.
    """
    try:
        settings = Settings.load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(describe(settings)))
