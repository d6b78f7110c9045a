"""Run kubectl for a release, and keep a proxy of the Kubernetes API."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import requests

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.programs import find_program, run
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.time_limits import TimeLimits

Object = dict[str, Any]
REQUEST_TIMEOUT = "--request-timeout=20s"


class Kubectl:
    """The program kubectl, for one release.

    Attributes:
        limits: The time limits of waiting for the cluster.
    """

    def __init__(self, release: ReleaseRef, limits: TimeLimits | None = None) -> None:
        self._program = find_program("kubectl")
        self.limits = limits or TimeLimits()
        self.release = release
        if not release.context:
            self.release = replace(release, context=self._current_context())

    def _current_context(self) -> str | None:
        return run([self._program, "config", "current-context"]).stdout.strip() or None

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl and return what it prints.

        Raises:
            ClusterError: If it fails.
        """
        finished = run(self.command(REQUEST_TIMEOUT, *arguments), stdin)
        if finished.returncode:
            raise explain(finished.stderr, self.release)
        return finished.stdout

    def get(self, *arguments: str) -> Object:
        """Return an object or a list."""
        found: Object = json.loads(self.run("get", *arguments, "--output=json"))
        return found

    def items(self, *arguments: str) -> list[Object]:
        """Return the objects of a list."""
        items: list[Object] = self.get(*arguments)["items"]
        return items

    def try_items(self, *arguments: str) -> Sequence[Object]:
        """Return the objects of a list; none if the list is forbidden or unknown."""
        try:
            return self.items(*arguments)
        except ClusterError:
            return ()

    def events_of(self, name: str) -> Sequence[Object]:
        """Return an object's recent events; none if events are forbidden."""
        return self.try_items("events", f"--field-selector=involvedObject.name={name}")

    def server_version(self) -> str:
        """Return the version of Kubernetes, and so check that the cluster answers."""
        versions = json.loads(self.run("version", "--output=json"))
        return str(versions["serverVersion"]["gitVersion"])

    def create(self, content: Object) -> None:
        """Create an object."""
        self.run("create", "--filename=-", stdin=json.dumps(content))

    def start(self, *arguments: str, stderr: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        """Start kubectl in the background; the caller reads its output."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )

    def command(self, *arguments: str) -> list[str]:
        """Return the command line, with the flags of the release."""
        return [self._program, *self.release.flags, *arguments]


SERVING = re.compile(rb"serve on (127\.0\.0\.1:\d+)")
TIMEOUT_S = 3.0


class Proxy:
    """A proxy of the API server, started on first use."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""
        self._session = requests.Session()
        self._session.trust_env = False  # another proxy has no part in it

    def items(self, path: str, selector: str = "") -> list[Object]:
        """Return the objects of a list.

        Raises:
            ClusterError: If the API server refuses; the message says why.
        """
        if self._process is None or self._process.poll() is not None:
            self._start()
        try:
            answer = self._session.get(
                f"{self._url}{path}", params={"labelSelector": selector}, timeout=TIMEOUT_S
            )
        except requests.RequestException as problem:
            raise ClusterError(f"no answer ({type(problem).__name__})") from problem
        if not answer.ok:
            raise ClusterError(_message(answer))
        items: list[Object] = answer.json()["items"]
        return items

    def close(self) -> None:
        """Stop the proxy."""
        self._session.close()
        if self._process:
            self._process.terminate()
            self._process.communicate()

    def _start(self) -> None:
        # It tells of each question that failed: a pipe that nobody reads would stop it once full.
        self._process = self._kubectl.start(
            "proxy", "--port=0", "--address=127.0.0.1", stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        found = SERVING.search(self._process.stdout.readline())
        if not found:
            raise ClusterError("kubectl proxy didn't start")
        self._url = f"http://{found[1].decode()}"


def _message(answer: requests.Response) -> str:
    """Return the API server's message; for an unknown API the message is plain text."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text.strip() or answer.reason
