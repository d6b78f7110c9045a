"""The arrivals of an open load: when each is due, and what it asks for; known to all processes."""

from collections.abc import Iterator

from celsiusify_load_tests.options import Options
from celsiusify_load_tests.scenario import Scenario
from celsiusify_load_tests.schedule import ARRIVALS, fingerprint, share


class Arrivals:
    """A schedule, and a temperature for each of its arrivals.

    Args:
        options: The kind of arrivals, their rate, their seed, and how long they come.
        scenario: What the temperatures are chosen from.
    """

    def __init__(self, options: Options, scenario: Scenario) -> None:
        duration_s = options.warm_up_s + options.measure_s
        self._offsets_ns = ARRIVALS[options.load](options.rate, duration_s, options.seed)
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
