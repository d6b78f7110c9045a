"""Send a run's folder home through what the command prints, at the run's end however it ends."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from celsiusify_load_tests.export.log_framing import PackedFile, clock_line, frames, held_line, pack
from celsiusify_load_tests.host.signals import STEP_S, Interruption
from celsiusify_load_tests.recording.clock import now_ns

CLOCK_PERIOD_S = 10.0
LIMIT_BYTES = 6_000_000
"""Some 8 MB as lines, of a log that a kubelet begins anew at 10 MiB."""
HOLD_S = 600.0
INTERRUPTED_HOLD_S = 5.0
"""Whoever is told to end has little time: Kubernetes kills it half a minute later."""

_RELEASED, _FETCHED = ".released", ".fetched"
"""Marks in a folder: that it may go, and that somebody is at it."""


@dataclass(frozen=True)
class ExportLimits:
    """How results go home.

    Attributes:
        limit_bytes: How much of gzip goes through the log; a larger folder waits to be fetched.
        hold_s: How long it waits, in s.
    """

    limit_bytes: int = LIMIT_BYTES
    hold_s: float = HOLD_S


@contextmanager
def exported(folder: Path, limits: ExportLimits | None, stop_asked: Interruption) -> Iterator[None]:
    """Tell the time while the context lasts, and send the run's folder at its end.

    Args:
        folder: Of the run.
        limits: None sends nothing.
        stop_asked: Shortens the wait for whoever fetches what the log can't hold.
    """
    if limits is None:
        yield
        return
    with _clock_lines():
        try:
            yield
        finally:
            _export(folder, limits, stop_asked)


def pack_folder(folder: Path) -> list[PackedFile]:
    """Compress a run's files, by their names; hidden ones are marks of ours."""
    files = sorted(path for path in folder.rglob("[!.]*") if path.is_file())
    return [pack(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def print_frames(folder: Path, files: Sequence[PackedFile]) -> None:
    """Print a folder's files as frames."""
    for line in frames(folder.resolve().name, files):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def fetched(folder: Path) -> Iterator[None]:
    """Let the command that keeps a folder know that somebody is at it while the context lasts."""
    mark = folder / _FETCHED
    with suppress(OSError):  # elsewhere a folder may be read-only, and nobody waits
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def release(folder: Path) -> None:
    """Let the command end that keeps a folder for whoever fetches it."""
    (folder / _RELEASED).touch()


def _export(folder: Path, limits: ExportLimits, stop_asked: Interruption) -> None:
    files = pack_folder(folder)
    size = sum(len(file.content) for file in files)
    if size <= limits.limit_bytes:
        print_frames(folder, files)
        return
    _print_line(held_line(str(folder.resolve()), size))
    _wait(limits.hold_s, lambda: _is_released(folder) or bool(stop_asked))
    if stop_asked:
        _wait(min(limits.hold_s, INTERRUPTED_HOLD_S), lambda: _is_released(folder))
        _wait(limits.hold_s, lambda: _is_released(folder) or not (folder / _FETCHED).exists())


def _is_released(folder: Path) -> bool:
    return (folder / _RELEASED).exists()


def _wait(seconds: float, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not happened() and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, STEP_S))


@contextmanager
def _clock_lines() -> Iterator[None]:
    """Print the time now and then: whoever reads the log learns how its own clock is off."""
    over = threading.Event()
    thread = threading.Thread(target=_print_clock, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _print_clock(over: threading.Event) -> None:
    _print_line(clock_line(now_ns()))
    while not over.wait(CLOCK_PERIOD_S):
        _print_line(clock_line(now_ns()))


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
