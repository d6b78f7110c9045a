"""Converts Fahrenheit to Celsius over HTTP: Flask under gunicorn."""

from importlib.metadata import version

DISTRIBUTION = "celsiusify-converter-api"
__version__ = version(DISTRIBUTION)
