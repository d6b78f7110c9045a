"""The identifier of an instance."""

import re

from celsiusify_converter_api.identity import app_identifier, draw


def test_identifier_is_four_groups_of_eight() -> None:
    """It is made of four groups of eight upper-case letters and digits."""
    assert re.fullmatch(r"[A-Z0-9]{8}(-[A-Z0-9]{8}){3}", draw())


def test_identifier_is_drawn_anew() -> None:
    """No two draws are alike."""
    assert len({draw() for _ in range(1000)}) == 1000


def test_identifier_of_a_process_stays() -> None:
    """It is drawn once in a process."""
    assert app_identifier() == app_identifier()
