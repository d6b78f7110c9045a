"""A process that imports TensorFlow once and forks an embedded server for each request.

Each line on stdin is a request as JSON: a log file, and the server's flags. Each line on stdout is
the id of the forked process. That process writes its exit code beside its log.

Importing TensorFlow takes six seconds of CPU, and the tests start about fifteen servers.
"""

import json
import os
import signal
import sys
from pathlib import Path

import celsiusify_tf_serving.embedded.server  # noqa: F401 - imported before any fork
from celsiusify_tf_serving.embedded import main


def serve(log: str, flags: list[str]) -> None:
    """Run a server in this process, and write its exit code."""
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    code = main(flags)
    Path(log).with_suffix(".exit").write_text(str(code))
    os._exit(code)


def fork_on_request() -> None:
    """Fork a server for each request until stdin is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the forked processes
    for line in sys.stdin:
        log, flags = json.loads(line)
        pid = os.fork()
        if not pid:
            serve(log, flags)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    fork_on_request()
