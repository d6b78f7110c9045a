import numpy as np
from matplotlib.figure import Figure

from celsiusify_reporting import figures
from celsiusify_reporting.chart import Axis, Chart, Look, Panel, Rule, Trace

CHART = Chart(
    (
        Panel(
            (
                Trace("one", (1, 10, 100), (1, None, 3), Look("#0072B2"), "{y}"),
                Trace("two", (2,), (0,), Look("#D55E00", (5, 2)), "", 0, "circle", ((1, 3),)),
            ),
            Axis("latency [ms]", logarithmic=True),
            Axis(names=("first", "second"), limits=(-1, 4)),
            height_in=2,
            rules=(Rule("x", 5, Look("#5b6770")),),
            band=(4, 6),
        ),
    )
)


def test_panel_shows_its_axes_and_traces() -> None:
    """Scales, names, limits, curves with their gaps, bars through points, and the legend."""
    drawn = figures.figure(CHART)
    (axes,) = drawn.axes
    curve, *_ = axes.get_lines()
    (bars,) = axes.collections

    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "latency [ms]")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]
    assert axes.get_ylim() == (-1, 4)
    assert np.isnan(np.asarray(curve.get_ydata())).tolist() == [False, True, False]
    assert np.asarray(bars.get_paths()[0].vertices)[:, 0].tolist() == [1, 3]
    assert legend(drawn) == {"one": ("#0072B2", "-"), "two": ("#D55E00", "--")}


def test_band_lies_around_its_curve() -> None:
    """From the lower to the upper edge, with a gap where the curve has one."""
    band = ((0, 2), None, (2, 5), (1, 4))
    curve = Trace("one", (1, 2, 3, 4), (1, None, 3, 3), Look("#0072B2"), "", band=band)
    (axes,) = figures.figure(Chart((Panel((curve,), Axis(), Axis(), 2),))).axes
    (drawn,) = axes.collections
    corners = {tuple(one) for path in drawn.get_paths() for one in np.asarray(path.vertices)}

    assert {(3, 2), (3, 5), (4, 1), (4, 4)} <= corners
    assert not any(x == 2 for x, _ in corners)


def test_two_pictures_of_a_chart_are_equal() -> None:
    """Byte for byte."""
    assert figures.render(CHART) == figures.render(CHART)


def legend(figure: Figure) -> dict[str, tuple[object, str]]:
    """Colour and line style of each entry in a figure's legend."""
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    lines = [
        (line.get_color(), str(line.get_linestyle())) for line in figure.legends[0].get_lines()
    ]
    return dict(zip(names, lines, strict=True))
