from celsiusify_reporting import interactive
from test_figures import CHART


def test_plot_has_the_chart_s_data() -> None:
    """Values, gaps, bars, scales and names are those of the picture."""
    plot = interactive.plot(CHART)
    curve, point = plot["data"]

    assert (curve["x"], curve["y"]) == ([1, 10, 100], [1, None, 3])
    assert (point["error_x"]["array"], point["error_x"]["arrayminus"]) == ([1], [1])
    assert plot["layout"]["xaxis"]["type"] == "log"
    assert plot["layout"]["yaxis"]["ticktext"] == ["first", "second"]
    assert plot["layout"]["yaxis"]["range"] == [-1, 4]


def test_legend_names_each_target_once() -> None:
    """Its first trace stands for all of them, which are shown and hidden together."""
    plot = interactive.plot(CHART)

    assert [trace["showlegend"] for trace in plot["data"]] == [True, True]
    twice = interactive.plot(type(CHART)(CHART.panels * 2))
    assert [trace["showlegend"] for trace in twice["data"]] == [True, True, False, False]


def test_label_says_the_values() -> None:
    """Four significant digits and the target's name."""
    assert interactive.plot(CHART)["data"][0]["hovertemplate"] == "%{y:,.4~r}<extra>one</extra>"


def test_two_plots_of_a_chart_are_equal() -> None:
    """No name in it is drawn at random."""
    assert interactive.plot(CHART) == interactive.plot(CHART)
