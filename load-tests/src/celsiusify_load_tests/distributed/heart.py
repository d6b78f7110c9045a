"""A worker's sign of life: its leader hears of it each second, whatever it is at."""

from threading import Event, Thread

from celsiusify_load_tests.distributed.link import Link, LostLeaderError
from celsiusify_load_tests.distributed.talk import BEAT_S
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.interruption import Interruption


class Heart:
    """Beats in a thread of its own as long as the context lasts, whatever the worker is at.

    Args:
        link: A connection of its own.
        worker: The worker's number.
        stop_asked: Is asked once the leader says that the run is over: it won't wait for a trial.
    """

    def __init__(self, link: Link, worker: int, stop_asked: Interruption) -> None:
        self._link = link
        self._stop_asked = stop_asked
        self._worker = worker
        self._stop = Event()
        self._thread = Thread(target=self._run, name="heart", daemon=True)

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(BEAT_S)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                order = self._link.beat(self._worker)
            except (LostLeaderError, LoadTestError):
                return  # the worker hears the same when it next reports
            if order.do == "end":
                self._stop_asked.ask()
                return
