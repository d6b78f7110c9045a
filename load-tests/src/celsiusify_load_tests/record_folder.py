"""Where a Locust process records to: the folder that is named, or else one that nobody keeps."""

import atexit
from tempfile import TemporaryDirectory


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
