"""Name the files of a recording folder, which the processes of one load write."""

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory

ROWS_PATTERN = "worker-*.rows"
_JOURNAL_PATTERN = "worker-*.jsonl"
_USAGE_PATTERN = "usage-*.csv"


def rows_file(recording_dir: Path, worker: int) -> Path:
    """Return the path of a worker's rows."""
    return recording_dir / ROWS_PATTERN.replace("*", str(worker))


def journal_file(recording_dir: Path, worker: int) -> Path:
    """Return the path of a worker's journal."""
    return recording_dir / _JOURNAL_PATTERN.replace("*", str(worker))


def usage_file(recording_dir: Path, machine: int) -> Path:
    """Return the path of the resource usage of a worker's machine."""
    return recording_dir / _USAGE_PATTERN.replace("*", str(machine))


def usage_files(recording_dir: Path) -> list[Path]:
    """List the files of the resource usage of workers' machines."""
    return sorted(recording_dir.glob(_USAGE_PATTERN))


def master_journal_file(recording_dir: Path) -> Path:
    """Return the path of the journal of Locust's master."""
    return recording_dir / "master.jsonl"


def workers(recording_dir: Path) -> list[int]:
    """List the workers that have started a journal."""
    return sorted(
        int(path.stem.rpartition("-")[2]) for path in recording_dir.glob(_JOURNAL_PATTERN)
    )


class RecordFolder:
    """The recording folder of the current load.

    Without a name, as in Locust's web UI, each load has a temporary folder. The next load or the
    end of the process removes the folder. So changes on the page apply to a load from its start,
    and a restarted container finds no files of an earlier load.
    """

    def __init__(self) -> None:
        self._temporary: TemporaryDirectory[str] | None = None
        atexit.register(self._remove)

    def begin(self, name: str) -> str:
        """Return the recording folder of a new load; an empty name means a temporary folder."""
        if name:
            return name
        self._remove()
        self._temporary = TemporaryDirectory(prefix="celsiusify-")
        return self._temporary.name

    def _remove(self) -> None:
        if self._temporary:
            self._temporary.cleanup()
            self._temporary = None
