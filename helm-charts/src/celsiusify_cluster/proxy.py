"""One `kubectl proxy` on a free port of 127.0.0.1, in place of a process for each question."""

import re
import subprocess

import requests

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kubectl import Kubectl, Object

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
