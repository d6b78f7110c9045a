"""What a signal does to a process that isn't the master."""

import subprocess
import sys

TERM_ONE_SELF = """
import os, signal, sys
from types import SimpleNamespace
from celsiusify_converter_api.serving.drain import before_stopping
signal.signal(signal.SIGTERM, lambda *_: None)
before_stopping(SimpleNamespace(pid=os.getppid()), 5.0)
os.kill(os.getpid(), signal.SIGTERM)
sys.exit(1)
"""


def test_worker_that_is_still_booting_ends_when_told_to_stop() -> None:
    """It would keep a stopping instance waiting for it otherwise."""
    assert subprocess.run([sys.executable, "-c", TERM_ONE_SELF], check=False).returncode == 0
