"""Ask the leader and upload records, over connections that may break."""

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

TIMEOUT_S = (2.0, 10.0)  # to connect, and to be answered
LEADER_TIMEOUT_S = 15.0
"""A leader that doesn't answer for so long is gone."""
RETRY_S = 0.25

CONNECTION_ERRORS = (OSError, HTTPException)
"""What is raised where there is no connection or no answer, by requests too."""

T = TypeVar("T")


class LostLeaderError(Exception):
    """The leader doesn't answer any more."""


class RejectedError(LoadTestError):
    """The leader doesn't want this worker, and says why."""


class LeaderClient:
    """Asks the leader; a question whose answer is lost is asked again.

    Args:
        host: The leader's name or address.
        port: Its control port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy lies between a leader and its workers

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def register(
        self, registration: RegisterRequest, timeout_s: float, check: Callable[[], None]
    ) -> RunConfig:
        """Become a worker of the run, as soon as its leader is there.

        Args:
            registration: What the leader must know.
            timeout_s: How long that may take.
            check: Called before each try; what it raises ends them.

        Raises:
            LostLeaderError: If there is no leader.
            RejectedError: If it doesn't want this worker.
        """
        answer_content = self._ask(
            "/workers", json=asdict(registration), timeout_s=timeout_s, check=check
        )
        return checked(RunConfig, answer_content, "the leader's answer")

    def exchange(self, now_ns: Callable[[], int]) -> Exchange:
        """Ask the leader for its time, on a connection that is there before.

        Args:
            now_ns: Tells this machine's.
        """
        return self._retry(lambda: self._exchange(now_ns))

    def _exchange(self, now_ns: Callable[[], int]) -> Exchange:
        with closing(HTTPConnection(self._host, self._port, timeout=TIMEOUT_S[1])) as connection:
            connection.connect()
            asked_ns = now_ns()
            connection.request("GET", "/clock")
            answer = connection.getresponse().read()
            heard_ns = now_ns()
        answer_content = orjson.loads(answer)
        return Exchange(
            asked_ns, answer_content["received_ns"], answer_content["sent_ns"], heard_ns
        )

    def heartbeat(self, worker: int) -> Command:
        """Let the leader know that this worker lives, and learn what to do."""
        return checked(Command, self._ask(f"/workers/{worker}/heartbeat"), "the leader's command")

    def send_status(self, worker: int, status: Status) -> Command:
        """Tell where this worker stands, and learn what to do."""
        answer_content = self._ask(f"/workers/{worker}/status", json=asdict(status))
        return checked(Command, answer_content, "the leader's command")

    def upload(self, worker: int, job: int, name: str, offset: int, piece: bytes) -> int:
        """Send a piece of a file; returns how long the leader's is, should it be longer or not."""
        path = f"/workers/{worker}/jobs/{job}/{name}?offset={offset}"
        return int(self._ask(path, data=piece)["size"])

    def _ask(
        self,
        path: str,
        timeout_s: float = LEADER_TIMEOUT_S,
        check: Callable[[], None] = lambda: None,
        **content: Any,
    ) -> dict[str, Any]:
        def ask() -> dict[str, Any]:
            return _answer_content(
                self._session.post(self._url + path, timeout=TIMEOUT_S, **content)
            )

        return self._retry(ask, timeout_s, check)

    def _retry(
        self,
        ask: Callable[[], T],
        timeout_s: float = LEADER_TIMEOUT_S,
        check: Callable[[], None] = lambda: None,
    ) -> T:
        deadline = time.monotonic() + timeout_s
        while True:
            check()
            try:
                return ask()
            except CONNECTION_ERRORS as problem:
                if time.monotonic() > deadline:
                    raise LostLeaderError(
                        f"{self._url} didn't answer for {timeout_s:g} s"
                    ) from problem
            time.sleep(RETRY_S)


def _answer_content(answer: requests.Response) -> dict[str, Any]:
    """What the leader answers; where that isn't JSON, something else answers in its place."""
    try:
        answer_content: dict[str, Any] = answer.json()
    except requests.JSONDecodeError as problem:
        raise RejectedError(f"{answer.url} answered {answer.status_code}") from problem
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.CONFLICT):
        raise RejectedError(str(answer_content.get("problem")))
    return answer_content


PIECE_BYTES = 1 << 20

Upload = Callable[[str, int, bytes], int]
"""Sends a piece of a file from an offset; returns how much of the file the leader has then."""


class OverlongError(LoadTestError):
    """The leader has more of a file than there is."""


class Uploader:
    """The files of one folder on their way.

    Args:
        folder: Where they are.
        upload: Sends a piece.
    """

    def __init__(self, folder: Path, upload: Upload) -> None:
        self._folder = folder
        self._upload = upload
        self._uploaded: dict[str, int] = {}

    def send(self) -> None:
        """Send what was written since the last time.

        Raises:
            OverlongError: If the leader has more of a file than that.
        """
        for name, size in sorted(self._sizes().items()):
            self._send(name, size)

    def finish(self) -> dict[str, str]:
        """Send the rest; returns the SHA-256 of each file, in hexadecimal."""
        self.send()
        return {name: str(sha256(self._folder / name)) for name in self._sizes()}

    def _sizes(self) -> dict[str, int]:
        """How long the files are. A journal, which has the texts of rows, is looked at after these.

        So that rows never arrive before their texts, journals are also uploaded first.
        """
        if not workers(self._folder):
            return {}  # Locust's master wants an empty folder, and is there once a worker records
        files = sorted(self._folder.iterdir(), key=lambda path: path.suffix, reverse=True)
        return {path.name: path.stat().st_size for path in files if NAMES.fullmatch(path.name)}

    def _send(self, name: str, size: int) -> None:
        with (self._folder / name).open("rb") as file:
            while (uploaded := self._uploaded.get(name, 0)) < size or name not in self._uploaded:
                file.seek(uploaded)  # a file that is empty is uploaded as well
                piece = file.read(min(PIECE_BYTES, size - uploaded))
                self._uploaded[name] = self._upload(name, uploaded, piece)
        if self._uploaded[name] > size:
            raise OverlongError(
                f"the leader has {self._uploaded[name]} bytes of {name}, not {size}"
            )
