"""The arrivals of an open load: when each is due, and what it asks for; known to all processes."""

from collections.abc import Iterator

from celsiusify_load_tests.options import Options
from celsiusify_load_tests.scenario import Scenario
from celsiusify_load_tests.schedule import ARRIVALS, Schedule, fingerprint, share, stepped
from celsiusify_load_tests.steps import read, stretches


class Arrivals:
    """A schedule, and a temperature for each of its arrivals.

    Args:
        options: The kind of arrivals, their rate and its steps, their seed, and how long they come.
        scenario: What the temperatures are chosen from.
    """

    def __init__(self, options: Options, scenario: Scenario) -> None:
        self._offsets_ns = _schedule(options)
        self._fahrenheit = scenario.temperatures(len(self._offsets_ns))

    def fahrenheit(self, seq: int) -> float:
        """What an arrival asks for, by its place in the schedule, in °F."""
        return float(self._fahrenheit[seq])

    def due(self, begin_ns: int, process: int, processes: int) -> Iterator[tuple[int, int]]:
        """A process's share: when each arrival is due in ns, and its place in the schedule."""
        places = share(self._offsets_ns, process, processes)
        # One at a time: a list of all would take its time right when the load begins.
        return zip(map(int, begin_ns + self._offsets_ns[places]), map(int, places), strict=True)

    def describe(self) -> dict[str, object]:
        """What run.json says of the schedule."""
        return {"sha256": fingerprint(self._offsets_ns), "arrivals": len(self._offsets_ns)}


def _schedule(options: Options) -> Schedule:
    if steps := read(options.steps):
        rates = stretches(steps, options.rate, options.warm_up_s)
        return stepped(options.load, rates, options.seed)
    duration_s = options.warm_up_s + options.measure_s
    return ARRIVALS[options.load](options.rate, duration_s, options.seed)
