"""The time between being told to stop and stopping, in which nobody may lose a request.

gunicorn stops listening as soon as SIGTERM comes, but a Service or a load balancer goes on sending
for a while. So SIGTERM is passed on to gunicorn only after the drain time. Meanwhile all requests
are answered, `/readyz` says 503, and each answer asks its client to connect anew, elsewhere.

The flag is shared memory: made in the master, inherited by every worker.
"""

import mmap
import os
import signal
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

_flag = mmap.mmap(-1, 1)


def announce() -> None:
    """Tell all workers that the instance is about to stop."""
    _flag[0] = 1


def announced() -> bool:
    """Whether the instance is about to stop."""
    return _flag[0] == 1


def before_stopping(arbiter: "Arbiter", drain_s: float) -> None:
    """Make SIGTERM drain the instance before it stops it; a second SIGTERM stops at once.

    Args:
        arbiter: gunicorn's master, which handles signals already.
        drain_s: How long to drain, in seconds.
    """
    stop = signal.getsignal(signal.SIGTERM)
    assert callable(stop), "gunicorn has not set its signal handlers yet"

    def drain(signum: int, frame: FrameType | None) -> None:
        if os.getpid() != arbiter.pid:
            # A worker that has just been forked still has the master's handlers. It serves nobody
            # yet, and would never hear of the stop again.
            os._exit(0)
        again = announced()
        announce()
        if again or not drain_s:
            stop(signal.SIGTERM, frame)
        else:
            signal.setitimer(signal.ITIMER_REAL, drain_s)

    signal.signal(signal.SIGTERM, drain)
    signal.signal(signal.SIGALRM, lambda _, frame: stop(signal.SIGTERM, frame))
