"""The endpoint `GET /convert/`."""

from flask import Blueprint, request

from celsiusify_converter_api.conversion import (
    celsius_from_fahrenheit,
    format_celsius,
    parse_fahrenheit,
)
from celsiusify_converter_api.identity import app_identifier
from celsiusify_converter_api.web.errors import InvalidParameter

PARAMETER = "fahrenheit"
EXPECTED = "one finite decimal number, such as 451 or -40.5"

blueprint = Blueprint("api", __name__)


def requested_fahrenheit() -> float:
    """Read the temperature of the request, in °F.

    Raises:
        InvalidParameter: If it is missing, comes more than once or is not a finite number.
    """
    received = request.args.getlist(PARAMETER)
    if len(received) != 1:
        reason = f"came {len(received)} times" if received else "is missing"
        raise InvalidParameter(PARAMETER, received, EXPECTED, reason)
    try:
        return parse_fahrenheit(received[0])
    except ValueError as error:
        reason = f"{received[0]!r} is {error}"
        raise InvalidParameter(PARAMETER, received, EXPECTED, reason) from error


@blueprint.get("/convert/")
def convert() -> dict[str, str]:
    """Answer with the temperature in °C and the instance that answered."""
    celsius = celsius_from_fahrenheit(requested_fahrenheit())
    return {"celsius": format_celsius(celsius), "app_identifier": app_identifier()}
