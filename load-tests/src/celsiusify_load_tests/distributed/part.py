"""A worker's part in one load: run Locust's workers, hand in what they record, keep the time."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from celsiusify_load_tests.distributed.delivery import Delivery
from celsiusify_load_tests.distributed.link import Link
from celsiusify_load_tests.distributed.offset import Clock, measure
from celsiusify_load_tests.distributed.shift import Place, Shift, shift
from celsiusify_load_tests.distributed.talk import BEAT_S, Briefing, Order, Report
from celsiusify_load_tests.folder import usage_file
from celsiusify_load_tests.interruption import Interruption
from celsiusify_load_tests.quota import throttled_s
from celsiusify_load_tests.team import since
from celsiusify_load_tests.usage import Sampler

STOPPED = "it was told to stop"


@dataclass(frozen=True)
class Part:
    """What a worker does in loads.

    Attributes:
        link: To its leader.
        briefing: What that told it.
        stop_asked: Ends a load.
    """

    link: Link
    briefing: Briefing
    stop_asked: Interruption

    def play(self, job: int, place: Place) -> Report:
        """Take part in a load; returns what came of it, handed in.

        Raises:
            LostLeaderError: If the leader doesn't answer any more.
            TurnedAwayError: If it gave this worker up.
        """
        clock, throttled_before_s = Clock(), throttled_s()
        before = measure(clock, self.link.exchange)
        begun = Report(job, before=before)
        delivery = Delivery(place.spool, partial(self.link.add, self.briefing.worker, job))
        usage = usage_file(place.spool, self.briefing.worker)
        with (
            shift(self.briefing, place, before) as running,
            Sampler(usage, 0, running.pids, lambda: clock.now_ns() - before.ns),
        ):
            problem = self._follow(running, delivery.send, begun)
        files = delivery.finish()
        shutil.rmtree(place.spool)
        return replace(
            begun,
            done=True,
            problem=problem,
            files=files,
            after=measure(clock, self.link.exchange),
            throttled_s=since(throttled_before_s),
        )

    def tell(self, report: Report) -> Order:
        """Tell the leader where this worker stands, and learn what to do."""
        return self.link.report(self.briefing.worker, report)

    def _follow(self, running: Shift, send: Callable[[], None], begun: Report) -> str | None:
        """Hand in what is recorded until the load ends; returns what went wrong."""
        while True:
            problem = running.problem() or (STOPPED if self.stop_asked else None)
            send()
            order = self.tell(replace(begun, problem=problem))
            if running.ended:
                return problem or running.problem()
            if self.stop_asked or order.do != "load":
                return problem
            running.wait(BEAT_S, self.stop_asked)
