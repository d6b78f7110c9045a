"""The marker `alone`: while a test that measures time runs, no other test of the suite runs."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_GATE = Path(__file__)
_ROOM = Path(__file__).with_name("__init__.py")


@contextmanager
def hold_turn(*, alone: bool) -> Iterator[None]:
    """Hold the lock of all running tests: exclusively if `alone`, else shared.

    Each test passes the gate first. A test that runs alone closes the gate while it waits for the
    others to end; otherwise new tests could keep it waiting for ever.
    """
    with ExitStack() as held:
        with _locked(_GATE, fcntl.LOCK_EX):
            held.enter_context(_locked(_ROOM, fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[None]:
    with path.open() as file:
        fcntl.flock(file, operation)
        try:
            yield
        finally:
            # A forked child may keep the file open, and with it the lock.
            fcntl.flock(file, fcntl.LOCK_UN)
