"""CPU and memory of the target and of each load-generating process, each second."""

import csv
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from celsiusify_load_tests.recording.paths import usage_files
from celsiusify_load_tests.recording.run_folder import append_lines

PERIOD_S = 1.0
COLUMNS = ("round", "time_ns", "role", "pid", "cpu_s", "rss_bytes")

_NS_PER_S = 1e9

Sample = tuple[float | None, int | None]


class Tree:
    """A process and all that descend from it, as one.

    The CPU time of a process that has ended stays in the sum as it was when last seen, so that the
    sum never falls; what it used between that moment and its end isn't known.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._cpu_s: dict[psutil.Process, float] = {}

    def sample(self) -> Sample:
        """CPU time used until now in s, and resident memory in bytes; None where unknown."""
        memory = [rss for process in self._living() if (rss := self._measure(process)) is not None]
        cpu_s = sum(self._cpu_s.values()) if self._cpu_s else None
        return cpu_s, sum(memory) if memory else None

    def _living(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.pid)
            return [root, *root.children(recursive=True)]
        except psutil.Error:
            return []

    def _measure(self, process: psutil.Process) -> int | None:
        try:
            with process.oneshot():
                times = process.cpu_times()
                self._cpu_s[process] = times.user + times.system
                return int(process.memory_info().rss)
        except psutil.Error:
            return None


class Sampler:
    """Writes `<target>_usage.csv` in a thread of its own, as long as the context lasts.

    Args:
        path: The CSV file to add to.
        number: The round that the samples belong to.
        pids: Tells the process of each role; None where there is none on this machine. It is
            asked again for every sample, since load-generating processes appear after the start.
        now_ns: Tells the time, in ns since the Unix epoch.
    """

    def __init__(
        self,
        path: Path,
        number: int,
        pids: Callable[[], Mapping[str, int | None]],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._path = path
        self._number = number
        self._pids = pids
        self._now_ns = now_ns
        self._trees: dict[int, Tree] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        begin = time.monotonic()
        while True:
            append_lines(self._path, COLUMNS, self._rows())
            elapsed_s = time.monotonic() - begin
            if self._stop.wait(PERIOD_S - elapsed_s % PERIOD_S):
                return

    def _rows(self) -> list[tuple[object, ...]]:
        now_ns = self._now_ns()
        return [
            (self._number, now_ns, role, pid, *self._sample(pid))
            for role, pid in self._pids().items()
        ]

    def _sample(self, pid: int | None) -> tuple[str | None, int | None]:
        if pid is None:
            return None, None
        cpu_s, rss_bytes = self._trees.setdefault(pid, Tree(pid)).sample()
        return None if cpu_s is None else f"{cpu_s:.2f}", rss_bytes


def add_delivered(path: Path, number: int, spool: Path) -> None:
    """Add what workers on other machines used in a round.

    Args:
        path: The file that a `Sampler` wrote here.
        number: The round.
        spool: Where the workers' own files came to.
    """
    for delivered in usage_files(spool):
        with delivered.open(newline="", encoding="utf-8") as file:
            whole = [line[1:] for line in csv.reader(file) if len(line) == len(COLUMNS)]
        append_lines(path, COLUMNS, [(number, *values) for values in whole[1:]])


def busiest_percent(
    path: Path, number: int, role: str, from_ns: int, until_ns: int
) -> float | None:
    """How busy the busiest process of a role was in a part of a round, in percent of a core.

    Args:
        path: The file that a `Sampler` wrote.
        number: The round.
        role: How the role's name begins.
        from_ns: The part's begin.
        until_ns: Its end.

    Returns:
        None where there are fewer than two samples in that part.
    """
    samples: dict[str, list[tuple[int, float]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            time_ns = int(row["time_ns"])
            if int(row["round"]) == number and from_ns <= time_ns <= until_ns and row["cpu_s"]:
                samples.setdefault(row["role"], []).append((time_ns, float(row["cpu_s"])))
    shares = [
        100 * (found[-1][1] - found[0][1]) / ((found[-1][0] - found[0][0]) / _NS_PER_S)
        for name, found in samples.items()
        if name.startswith(role) and len(found) > 1
    ]
    return max(shares, default=None)
