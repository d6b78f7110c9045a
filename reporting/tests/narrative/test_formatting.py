import pytest

from celsiusify_reporting.narrative.formatting import (
    figure,
    listing,
    milliseconds,
    percent,
    setting,
    whole,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "n/a"),
        (0, "0"),
        (0.0312345, "0.0312"),
        (0.9996, "1.00"),
        (1.005, "1.00"),
        (9.996, "10.0"),
        (99.96, "100"),
        (123.4, "123"),
        (1854.4, "1,854"),
        (123456.7, "123,457"),
        (-2.5, "−2.50"),
    ],
)
def test_figure_has_three_significant_digits(value: float | None, text: str) -> None:
    """Small values keep three digits, large ones all before the point."""
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(85, "85"), (0.1, "0.1"), (99.9, "99.9"), (1e3, "1,000")]
)
def test_setting_is_written_as_chosen(value: float, text: str) -> None:
    """A setting has no additional digits."""
    assert setting(value) == text


def test_unit_stays_with_its_value() -> None:
    """A no-break space keeps them on one line."""
    assert (milliseconds(1.234), percent(None)) == ("1.23\N{NO-BREAK SPACE}ms", "n/a")


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listing_reads_as_spoken(items: list[str], text: str) -> None:
    """Commas between, and before the last one `and`."""
    assert listing(items) == text


def test_whole_groups_thousands() -> None:
    """A count is written in full."""
    assert (whole(1234567), whole(-3), whole(None)) == ("1,234,567", "−3", "n/a")
