"""Name the files of a recording folder, where the processes of one load write."""

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory

ROWS_PATTERN = "worker-*.rows"
_JOURNAL_PATTERN = "worker-*.jsonl"
_USAGE_PATTERN = "usage-*.csv"


def rows_file(recording_dir: Path, worker: int) -> Path:
    """Name the file of a worker's rows."""
    return recording_dir / ROWS_PATTERN.replace("*", str(worker))


def journal_file(recording_dir: Path, worker: int) -> Path:
    """Name the journal of a worker."""
    return recording_dir / _JOURNAL_PATTERN.replace("*", str(worker))


def usage_file(recording_dir: Path, machine: int) -> Path:
    """Name the file of what the processes of a worker's machine use."""
    return recording_dir / _USAGE_PATTERN.replace("*", str(machine))


def usage_files(recording_dir: Path) -> list[Path]:
    """List the files of what processes on other machines used."""
    return sorted(recording_dir.glob(_USAGE_PATTERN))


def master_journal_file(recording_dir: Path) -> Path:
    """Name the journal of Locust's master, where there is one."""
    return recording_dir / "master.jsonl"


def workers(recording_dir: Path) -> list[int]:
    """List the workers that have begun a journal."""
    return sorted(
        int(path.stem.rpartition("-")[2]) for path in recording_dir.glob(_JOURNAL_PATTERN)
    )


class RecordFolder:
    """The folder of the load that is under way.

    Where none is named, as in Locust's web UI, each load has one of its own, which goes with the
    next load or with the process: what was changed on the page holds for a load from its start,
    and a container that is started anew finds nothing in its way.
    """

    def __init__(self) -> None:
        self._temporary: TemporaryDirectory[str] | None = None
        atexit.register(self._leave)

    def begin(self, named: str) -> str:
        """Return the folder of a load that begins."""
        if named:
            return named
        self._leave()
        self._temporary = TemporaryDirectory(prefix="celsiusify-")
        return self._temporary.name

    def _leave(self) -> None:
        if self._temporary:
            self._temporary.cleanup()
            self._temporary = None
