"""What each plot is called, and what it shows."""

from __future__ import annotations

from celsiusify_reporting import charts
from celsiusify_reporting.document import Plot

PLOTS = {
    plot.name: plot
    for plot in (
        Plot(
            charts.RATIOS,
            "How the targets compare",
            "A dot at 2 means twice as much, at 1 the same, at 0.5 half as much. The dot is the "
            "best guess, the line through it is where the true value lies, and each small bar is "
            "one round. A line wholly outside the shaded band is a difference, one wholly inside "
            "is none worth mentioning, and one that crosses its edge settles nothing.",
        ),
        Plot(
            charts.CAPACITY,
            "Latency against rate",
            "Thick, with dots: the 99th percentile of latency at each rate that was tried, counted "
            "from when a request was due; thin: the median. The line across is the objective, the "
            "dotted ones are the rates found.",
        ),
        Plot(
            charts.DISTRIBUTION,
            "Distribution of latency",
            "How many of the requests took no longer than so many milliseconds: further left is "
            "better. Circles mark the median, triangles the 99th percentile.",
        ),
        Plot(
            charts.ROUNDS,
            "Round by round",
            "What each round measured: points of a target that lie far apart tell that rounds "
            "differ, and lines that rise or fall together that the machine did.",
        ),
        Plot(
            charts.SLOWEST,
            "The slowest requests",
            "How many of the requests took longer than so many milliseconds.",
        ),
        Plot(
            charts.OMISSION,
            "Latency from when a request was due, and from when it was sent",
            "Thick, with dots: from when requests were due. Thin, with crosses: from when they "
            "were sent. Where they part, requests waited for a free connection: this is "
            "coordinated omission, the time that a load which waits for answers doesn't see.",
        ),
    )
}
