"""A chart with a bit of everything, as plots are drawn from it."""

from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace

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
