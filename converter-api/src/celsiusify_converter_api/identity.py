"""The identifier of the running instance: four groups of eight letters and digits."""

import secrets
import string
from functools import cache

ALPHABET = string.ascii_uppercase + string.digits
GROUPS = 4
GROUP_LENGTH = 8


def draw() -> str:
    """Draw an identifier from the system's source of randomness."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )


@cache
def app_identifier() -> str:
    """Return this instance's identifier, drawn at the first call.

    gunicorn's master makes that call before it forks, so that all workers, also those that replace
    others later, inherit the same identifier.
    """
    return draw()
