"""Sample CPU and memory of the target and of each load-generating process each second."""

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


class ProcessTree:
    """A process and its descendants, measured as one.

    The sum keeps the last known CPU time of ended processes, so it never falls. The CPU time
    between a process's last sample and its end is unknown.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._cpu_s: dict[psutil.Process, float] = {}

    def sample(self) -> Sample:
        """Return the CPU time in s and the resident memory in bytes; None if unknown."""
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
    """A thread that writes `<target>_usage.csv` while the context lasts.

    Args:
        path: The CSV file to append to.
        number: The number of the round.
        pids: A function that returns the process of each role, or None if it isn't on this machine.
            It is called for every sample, since load-generating processes start later.
        now_ns: A function that returns the time in ns since the Unix epoch.
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
        self._trees: dict[int, ProcessTree] = {}
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
        cpu_s, rss_bytes = self._trees.setdefault(pid, ProcessTree(pid)).sample()
        return None if cpu_s is None else f"{cpu_s:.2f}", rss_bytes


def add_uploaded(path: Path, number: int, recording_dir: Path) -> None:
    """Append the usage of workers on other machines in a round.

    Args:
        path: The file of this machine's `Sampler`.
        number: The number of the round.
        recording_dir: The folder with the files that the workers uploaded.
    """
    for uploaded in usage_files(recording_dir):
        with uploaded.open(newline="", encoding="utf-8") as file:
            complete = [line[1:] for line in csv.reader(file) if len(line) == len(COLUMNS)]
        append_lines(path, COLUMNS, [(number, *values) for values in complete[1:]])


def busiest_percent(
    path: Path, number: int, role: str, from_ns: int, until_ns: int
) -> float | None:
    """Return the CPU use of a role's busiest process in a period, in percent of a core.

    Args:
        path: The file of a `Sampler`.
        number: The number of the round.
        role: The prefix of the role's name.
        from_ns: The start of the period.
        until_ns: The end of the period.

    Returns:
        The highest percentage; None if no process has two samples in the period.
    """
    samples: dict[str, list[tuple[int, float]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            time_ns = int(row["time_ns"])
            if int(row["round"]) == number and from_ns <= time_ns <= until_ns and row["cpu_s"]:
                samples.setdefault(row["role"], []).append((time_ns, float(row["cpu_s"])))
    percents = [
        100 * (series[-1][1] - series[0][1]) / ((series[-1][0] - series[0][0]) / _NS_PER_S)
        for name, series in samples.items()
        if name.startswith(role) and len(series) > 1
    ]
    return max(percents, default=None)
