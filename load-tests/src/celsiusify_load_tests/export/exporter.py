"""Export a run's folder through standard output at the end of the run."""

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
"""About 8 MB of lines; a kubelet rotates a log at 10 MiB."""
HOLD_S = 600.0
INTERRUPTED_HOLD_S = 5.0
"""The hold after a stop signal; Kubernetes kills the process half a minute after the signal."""

_RELEASED, _FETCHED = ".released", ".fetched"
"""The files that mark a folder as released and as being downloaded."""


@dataclass(frozen=True)
class ExportLimits:
    """The limits of an export through the log.

    Attributes:
        limit_bytes: The largest gzip size of an export; a larger folder is held for a download.
        hold_s: The time for which a folder is held, in s.
    """

    limit_bytes: int = LIMIT_BYTES
    hold_s: float = HOLD_S


@contextmanager
def exported(folder: Path, limits: ExportLimits | None, stop_asked: Interruption) -> Iterator[None]:
    """Print clock lines while the context lasts, and export the run's folder after it.

    Args:
        folder: The run's folder.
        limits: The limits of the export; None exports nothing.
        stop_asked: The request to stop, which shortens the wait for a download.
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
    """Compress the files of a run in the order of their names, without hidden marks."""
    files = sorted(path for path in folder.rglob("[!.]*") if path.is_file())
    return [pack(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def print_frames(folder: Path, files: Sequence[PackedFile]) -> None:
    """Print a folder's files as frames."""
    for line in frames(folder.resolve().name, files):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def fetched(folder: Path) -> Iterator[None]:
    """Mark a held folder as being downloaded while the context lasts."""
    mark = folder / _FETCHED
    with suppress(OSError):  # a folder may be read-only, if no command holds it
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def release(folder: Path) -> None:
    """Release a held folder, so that the holding command ends."""
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


def _wait(seconds: float, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and (remaining_s := deadline - time.monotonic()) > 0:
        time.sleep(min(remaining_s, STEP_S))


@contextmanager
def _clock_lines() -> Iterator[None]:
    """Print the time regularly, so that the log's reader can measure its clock offset."""
    end = threading.Event()
    thread = threading.Thread(target=_print_clock, args=(end,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def _print_clock(end: threading.Event) -> None:
    _print_line(clock_line(now_ns()))
    while not end.wait(CLOCK_PERIOD_S):
        _print_line(clock_line(now_ns()))


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
