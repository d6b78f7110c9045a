"""Call the leader's HTTP API and upload records, with retries."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, TypeVar

import orjson
import requests

from celsiusify_load_tests.config.validation import checked
from celsiusify_load_tests.distributed.clock_sync import Exchange
from celsiusify_load_tests.distributed.protocol import Command, RegisterRequest, RunConfig, Status
from celsiusify_load_tests.distributed.upload_store import NAMES, sha256
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.recording.paths import workers

TIMEOUT_S = (2.0, 10.0)  # for connecting and for the answer
LEADER_TIMEOUT_S = 15.0
"""The time without an answer after which the leader is lost."""
RETRY_S = 0.25

CONNECTION_ERRORS = (OSError, HTTPException)
"""The exceptions for a lost connection or answer; those of requests are subclasses."""

T = TypeVar("T")


class LostLeaderError(Exception):
    """The leader stopped answering."""


class RejectedError(LoadTestError):
    """The leader rejected a request; the message gives the reason."""


class LeaderClient:
    """A client of the leader's HTTP API that repeats requests without an answer.

    Args:
        host: The leader's name or address.
        port: The leader's control port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy is between a leader and its workers

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def register(
        self, registration: RegisterRequest, timeout_s: float, check: Callable[[], None]
    ) -> RunConfig:
        """Register this worker once the leader is reachable.

        Args:
            registration: The description of this worker.
            timeout_s: The time for which the request is repeated.
            check: A function called before each attempt; its exception ends the attempts.

        Raises:
            LostLeaderError: If the leader can't be reached in time.
            RejectedError: If the leader refuses this worker.
        """
        answer_content = self._post(
            "/workers", json=asdict(registration), timeout_s=timeout_s, check=check
        )
        return checked(RunConfig, answer_content, "the leader's answer")

    def exchange(self, now_ns: Callable[[], int]) -> Exchange:
        """Request the leader's time.

        Args:
            now_ns: A function that returns this machine's time.
        """
        return self._retry(lambda: self._exchange(now_ns))

    def _exchange(self, now_ns: Callable[[], int]) -> Exchange:
        """Request the time once, on an open connection, so that opening isn't timed."""
        with closing(HTTPConnection(self._host, self._port, timeout=TIMEOUT_S[1])) as connection:
            connection.connect()
            requested_ns = now_ns()
            connection.request("GET", "/clock")
            answer = connection.getresponse().read()
            answered_ns = now_ns()
        content = orjson.loads(answer)
        return Exchange(requested_ns, content["received_ns"], content["sent_ns"], answered_ns)

    def heartbeat(self, worker: int) -> Command:
        """Send a heartbeat and return the current command."""
        return checked(Command, self._post(f"/workers/{worker}/heartbeat"), "the leader's command")

    def send_status(self, worker: int, status: Status) -> Command:
        """Send this worker's status and return the current command."""
        answer_content = self._post(f"/workers/{worker}/status", json=asdict(status))
        return checked(Command, answer_content, "the leader's command")

    def upload(self, worker: int, job: int, name: str, offset: int, piece: bytes) -> int:
        """Upload a piece of a file; return the size of the leader's copy in bytes."""
        path = f"/workers/{worker}/jobs/{job}/{name}?offset={offset}"
        return int(self._post(path, data=piece)["size"])

    def _post(
        self,
        path: str,
        timeout_s: float = LEADER_TIMEOUT_S,
        check: Callable[[], None] = lambda: None,
        **content: Any,
    ) -> dict[str, Any]:
        def attempt() -> dict[str, Any]:
            return _answer_content(
                self._session.post(self._url + path, timeout=TIMEOUT_S, **content)
            )

        return self._retry(attempt, timeout_s, check)

    def _retry(
        self,
        attempt: Callable[[], T],
        timeout_s: float = LEADER_TIMEOUT_S,
        check: Callable[[], None] = lambda: None,
    ) -> T:
        deadline = time.monotonic() + timeout_s
        while True:
            check()
            try:
                return attempt()
            except CONNECTION_ERRORS as problem:
                if time.monotonic() > deadline:
                    raise LostLeaderError(
                        f"{self._url} didn't answer for {timeout_s:g} s"
                    ) from problem
            time.sleep(RETRY_S)


def _answer_content(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON content of the leader's answer.

    Raises:
        RejectedError: If the leader rejects the request, or another server answers.
    """
    try:
        answer_content: dict[str, Any] = answer.json()
    except requests.JSONDecodeError as problem:
        raise RejectedError(f"{answer.url} answered {answer.status_code} without JSON") from problem
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CONFLICT):
        raise RejectedError(str(answer_content.get("problem")))
    return answer_content


PIECE_BYTES = 1 << 20

Upload = Callable[[str, int, bytes], int]
"""A function that uploads a piece of a file at an offset; it returns the leader's file size."""


class OverlongError(LoadTestError):
    """The leader's copy of a file is longer than the file."""


class Uploader:
    """Upload the files of a folder while they grow.

    Args:
        folder: The recording folder.
        upload: The function that uploads a piece.
    """

    def __init__(self, folder: Path, upload: Upload) -> None:
        self._folder = folder
        self._upload = upload
        self._uploaded: dict[str, int] = {}

    def send(self) -> None:
        """Upload the bytes written since the last call.

        Raises:
            OverlongError: If the leader's copy of a file is longer than the file.
        """
        for name, size in sorted(self._sizes().items()):
            self._send(name, size)

    def finish(self) -> dict[str, str]:
        """Upload the rest; return the SHA-256 of each file, in hexadecimal."""
        self.send()
        return {name: str(sha256(self._folder / name)) for name in self._sizes()}

    def _sizes(self) -> dict[str, int]:
        """Return the sizes of the files.

        The size of a journal, which has the texts of rows, is read after those of the rows.
        So that rows never arrive before their texts, journals are also uploaded first.
        """
        if not workers(self._folder):
            return {}  # Locust's master, which starts first, needs an empty folder
        files = sorted(self._folder.iterdir(), key=lambda path: path.suffix, reverse=True)
        return {path.name: path.stat().st_size for path in files if NAMES.fullmatch(path.name)}

    def _send(self, name: str, size: int) -> None:
        with (self._folder / name).open("rb") as file:
            while (uploaded := self._uploaded.get(name, 0)) < size or name not in self._uploaded:
                file.seek(uploaded)  # an empty file is uploaded as well
                piece = file.read(min(PIECE_BYTES, size - uploaded))
                self._uploaded[name] = self._upload(name, uploaded, piece)
        if self._uploaded[name] > size:
            raise OverlongError(
                f"leader's copy of {name}: {self._uploaded[name]} bytes; expected {size}"
            )
