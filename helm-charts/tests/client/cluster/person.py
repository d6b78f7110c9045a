"""The person before the terminal."""

import os
import signal
import threading
import time
from collections.abc import Callable


def interrupt_once(happened: Callable[[], object]) -> None:
    """Press Ctrl-C once something has happened, beside what the test does meanwhile."""
    threading.Thread(target=_interrupt, args=(happened,), daemon=True).start()


def _interrupt(happened: Callable[[], object]) -> None:
    while not happened():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)
