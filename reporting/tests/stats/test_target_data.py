import pandas as pd
import pytest

from celsiusify_reporting.stats.target_data import steady_window


def test_window_holds_its_start_and_not_its_end() -> None:
    """A request that starts with the window belongs to it, one at its end does not."""
    window = steady_window(100, 200)
    assert window
    frame = pd.DataFrame({"due_ns": [99, 100, 199, 200]})

    assert window.rows(frame)["due_ns"].tolist() == [100, 199]
    assert window.seconds == 1e-7


@pytest.mark.parametrize(
    ("from_ns", "until_ns"), [(None, 5), (5, None), (0, 0), (5, 5), (6, 5), (None, None)]
)
def test_no_window_without_a_length(from_ns: int | None, until_ns: int | None) -> None:
    """A window that ends before or when it starts is None."""
    assert steady_window(from_ns, until_ns) is None
