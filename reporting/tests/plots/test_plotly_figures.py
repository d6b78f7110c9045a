from celsiusify_reporting.plots import plotly_figures
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Trace
from support.charts import CHART


def test_plot_has_the_chart_s_data() -> None:
    """Values, gaps, bars, scales and names are those of the picture."""
    plot = plotly_figures.plot(CHART)
    curve, point = plot["data"]

    assert (curve["x"], curve["y"]) == ([1, 10, 100], [1, None, 3])
    assert (point["error_x"]["array"], point["error_x"]["arrayminus"]) == ([1], [1])
    assert plot["layout"]["xaxis"]["type"] == "log"
    assert plot["layout"]["yaxis"]["ticktext"] == ["first", "second"]
    assert plot["layout"]["yaxis"]["range"] == [-1, 4]


def test_band_is_filled_between_its_edges() -> None:
    """An outline for each part without a gap, shown and hidden with its curve, and not hovered."""
    band = ((0, 2), (1, 3), None, (2, 5))
    curve = Trace("one", (1, 2, 3, 4), (1, 2, None, 3), Look("#0072B2"), "", band=band)
    _, filled = plotly_figures.plot(Chart((Panel((curve,), Axis(), Axis(), 2),)))["data"]

    assert filled["x"] == [1, 2, 2, 1, None, 4, 4, None]
    assert filled["y"] == [0, 1, 3, 2, None, 2, 5, None]
    assert (filled["fill"], filled["legendgroup"], filled["hoverinfo"]) == ("toself", "one", "skip")


def test_legend_names_each_target_once() -> None:
    """Its first trace stands for all of them, which are shown and hidden together."""
    plot = plotly_figures.plot(CHART)

    assert [trace["showlegend"] for trace in plot["data"]] == [True, True]
    twice = plotly_figures.plot(type(CHART)(CHART.panels * 2))
    assert [trace["showlegend"] for trace in twice["data"]] == [True, True, False, False]


def test_label_says_the_values() -> None:
    """Four significant digits and the target's name."""
    assert plotly_figures.plot(CHART)["data"][0]["hovertemplate"] == "%{y:,.4~r}<extra>one</extra>"


def test_two_plots_of_a_chart_are_equal() -> None:
    """No name in it is drawn at random."""
    assert plotly_figures.plot(CHART) == plotly_figures.plot(CHART)
