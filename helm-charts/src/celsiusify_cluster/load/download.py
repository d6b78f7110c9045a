"""Download results: from the leader's log, or by `kubectl exec` if they are too large for it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from celsiusify_cluster.errors import ClusterError, MeasurementError
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.load.log_files import MARK, FrameReader, Held, Received

TRIES = 3
EXPORT = ("celsiusify-load-tests", "export")


@dataclass(frozen=True)
class Home:
    """The folder for incoming results, beside the runs, until they are complete.

    Attributes:
        results: The folder of all runs.
        staging: The folder of the incoming files.
    """

    results: Path
    staging: Path

    def commit(self, received: Received) -> Path:
        """Move the files into the run's folder and return it; other files there stay."""
        folder = self.results / received.run
        for name in received.files:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.staging / name).replace(target)
        return folder


class StagingDir:
    """A `Home` while the context lasts; files that weren't committed are removed."""

    def __init__(self, results: Path) -> None:
        results.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=results))
        self.home = Home(results, self._folder)

    def __enter__(self) -> Home:
        return self.home

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder)
        with suppress(OSError):  # unless there is something in it
            self.home.results.rmdir()


def fetch_logged(kubectl: Kubectl, pod: str, folder: Path) -> Received | Held:
    """Read the results in a pod's whole log.

    Raises:
        MeasurementError: If there are no results, or they are damaged.
    """
    return _read(kubectl, folder, f"the log of {pod}", "logs", pod)


def fetch_held(kubectl: Kubectl, pod: str, held: Held, folder: Path) -> Received:
    """Let the leader print the results that it holds until they are complete, then release it.

    Raises:
        MeasurementError: If the results stay incomplete.
    """
    problem = ""
    for _ in range(TRIES):
        try:
            received = _read(kubectl, folder, held.folder, "exec", pod, "--", *EXPORT, held.folder)
        except MeasurementError as failed:
            problem = str(failed)
        else:
            assert isinstance(received, Received)
            kubectl.run("exec", pod, "--", *EXPORT, held.folder, "--release", "--quiet")
            return received
    raise MeasurementError(f"{held.folder} of {pod} can't be fetched: {problem}")


def _read(kubectl: Kubectl, folder: Path, what: str, *command: str) -> Received | Held:
    """Read frames from the output of kubectl."""
    reader = FrameReader(folder)
    found: Received | Held | None = None
    process = kubectl.start(*command)
    assert process.stdout is not None
    try:
        for line in _marked(process.stdout):
            event = reader.take(line)
            found = event if isinstance(event, Received | Held) else found
    finally:
        reader.close()
        process.terminate()
        _, complaint = process.communicate()
    if found is None:
        said = complaint.decode(errors="replace").strip()
        reason: ClusterError | str = explain(said, kubectl.release) if said else "it has none"
        raise MeasurementError(f"no complete results in {what}: {reason}")
    return found


def _marked(stream: Iterator[bytes]) -> Iterator[str]:
    for raw in stream:
        line = raw.decode(errors="replace").removesuffix("\n")
        if line.startswith(MARK):
            yield line
