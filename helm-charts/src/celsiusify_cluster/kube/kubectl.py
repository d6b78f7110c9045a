"""Run kubectl for one release, and keep a proxy of the Kubernetes API."""

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

Object = dict[str, Any]
REQUEST_TIMEOUT = "--request-timeout=20s"


class Kubectl:
    """Runs kubectl in one release."""

    def __init__(self, release: ReleaseRef) -> None:
        self._program = find_program("kubectl")
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
        """Return an object, or the list that was asked for."""
        found: Object = json.loads(self.run("get", *arguments, "--output=json"))
        return found

    def items(self, *arguments: str) -> list[Object]:
        """Return the objects that were asked for."""
        items: list[Object] = self.get(*arguments)["items"]
        return items

    def try_items(self, *arguments: str) -> Sequence[Object]:
        """Return the objects that were asked for; none where that isn't allowed or known."""
        try:
            return self.items(*arguments)
        except ClusterError:
            return ()

    def events_of(self, name: str) -> Sequence[Object]:
        """Return what was told of an object lately; nothing where that isn't allowed."""
        return self.try_items("events", f"--field-selector=involvedObject.name={name}")

    def server_version(self) -> str:
        """The version of Kubernetes; asking for it tells whether a cluster answers."""
        versions = json.loads(self.run("version", "--output=json"))
        return str(versions["serverVersion"]["gitVersion"])

    def create(self, content: Object) -> None:
        """Create an object."""
        self.run("create", "--filename=-", stdin=json.dumps(content))

    def start(self, *arguments: str, stderr: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
        """Start kubectl and let it run; its output is read by whoever asked."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line, with the release."""
        return [self._program, *self.release.flags, *arguments]


SERVING = re.compile(rb"serve on (127\.0\.0\.1:\d+)")
TIMEOUT_S = 3.0


class Proxy:
    """Asks the API server by way of a proxy that is started when it is needed."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""
        self._session = requests.Session()
        self._session.trust_env = False  # another proxy has no part in it

    def items(self, path: str, selector: str = "") -> list[Object]:
        """Return the objects of a list.

        Raises:
            ClusterError: If they aren't to be had; it says why.
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
        """End the proxy."""
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
    """What the API server says; of an API that it hasn't got it says so in plain text."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text.strip() or answer.reason
