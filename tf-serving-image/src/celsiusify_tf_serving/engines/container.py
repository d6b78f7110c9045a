"""The engine that runs TensorFlow Serving's image with Docker or Podman."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import FrameType

from celsiusify_tf_serving.engines.engine import Availability
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT, Settings, batching_flags

PROGRAMS = ("docker", "podman")
ANSWER_TIMEOUT_S = 10
STOP_GRACE_S = 2
POLL_S = 0.2
BASE_NAME = "org.opencontainers.image.base.name"
STAND_IN = "celsiusify.stand-in"

# The Dockerfile's folders.
CONFIG_DIR = PurePosixPath("/config")
MODELS_DIR = PurePosixPath("/models")


@dataclass(frozen=True)
class Runtime:
    """The program of a container engine."""

    program: str

    def command(self, *arguments: str) -> list[str]:
        """Return a command line."""
        return [self.program, *arguments]

    def query(self, *arguments: str) -> str | None:
        """Run a short command and return its output, or None if it fails or times out."""
        try:
            process = subprocess.run(
                self.command(*arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ANSWER_TIMEOUT_S,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            return None
        return process.stdout.strip() if process.returncode == 0 else None

    def labels(self, image: str) -> dict[str, str] | None:
        """Return an image's labels, or None if this machine doesn't have the image."""
        output = self.query("image", "inspect", "--format", "{{json .Config.Labels}}", image)
        return None if output is None else json.loads(output or "null") or {}

    def base_tag(self, image: str) -> str:
        """Return the tag of the image that an image was built from."""
        base = (self.labels(image) or {}).get(BASE_NAME, "")
        return base.partition("@")[0].rpartition(":")[2] or "unknown"

    def main_pid(self, container: str) -> int:
        """Return this machine's id of a container's main process, or 0 until it runs."""
        output = self.query("inspect", "--format", "{{.State.Pid}}", container)
        return int(output) if output and output.isdecimal() else 0

    def stop(self, container: str) -> None:
        """Stop a container.

        The first process of a container ignores SIGTERM unless it installs a handler. The engine
        therefore kills the server after the grace period. The server holds nothing to lose.
        """
        self.query("stop", "--time", str(STOP_GRACE_S), container)


def find_runtime(image: str) -> tuple[Runtime | None, str]:
    """Return the first container engine that can run an image, and the reason.

    Returns:
        The engine or None, and the reason.
    """
    obstacles = []
    for runtime in map(Runtime, PROGRAMS):
        obstacle = find_obstacle(runtime, image)
        if obstacle is None:
            return runtime, f"{runtime.program} has the image {image}"
        obstacles.append(obstacle)
    return None, ", ".join(obstacles)


def find_obstacle(runtime: Runtime, image: str) -> str | None:
    """Return why a container engine can't run an image, or None if it can."""
    program = runtime.program
    if shutil.which(program) is None:
        return f"no {program} on the PATH"
    if runtime.query("version", "--format", "{{.Server.Version}}") is None:
        return f"{program} has no engine that answers"
    labels = runtime.labels(image)
    if labels is None:
        return f"{program} has no image {image}"
    if labels.get(STAND_IN) == "true":
        return f"{program}'s image {image} was built from a stand-in that has no server"
    return None


class StopRequest:
    """A request to stop, by SIGINT or SIGTERM.

    Attributes:
        number: The signal's number, or None until a signal arrives.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.number = number


class Container:
    """The image on the loopback address, with this machine's model mounted."""

    name = "container"
    caveat: str | None = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runtime: Runtime | None = None

    def find(self) -> Availability:
        """Search for a container engine that answers and has the image."""
        self._runtime, reason = find_runtime(self._settings.image)
        return Availability(self._runtime is not None, reason)

    def version(self) -> str:
        """Return the version that the image was built from."""
        return self._required_runtime.base_tag(self._settings.image)

    def serve(self) -> int:
        """Run a container until it ends or a signal arrives, and remove it."""
        name = f"celsiusify-tf-serving-{os.getpid()}"
        request = StopRequest()
        arguments = ("run", "--rm", "--name", name, *self._run_options())
        command = self._required_runtime.command(*arguments)
        # The client has its own session, so that only this process receives Ctrl-C.
        client = subprocess.Popen(command, start_new_session=True)
        try:
            self._watch(client, name, request)
        finally:
            self._stop(client, name)
        return client.returncode if request.number is None else 128 + request.number

    @property
    def _required_runtime(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError("no container engine: find() must succeed first")
        return self._runtime

    def _run_options(self) -> list[str]:
        settings = self._settings
        model = MODELS_DIR / settings.model_dir.name
        published = {settings.port: GRPC_PORT, settings.rest_api_port: REST_API_PORT}
        ports = [
            f"--publish=127.0.0.1:{port}:{inner_port}"
            for port, inner_port in published.items()
            if port
        ]
        return [
            *ports,
            *cpuset_option(),
            f"--mount=type=bind,source={settings.model_dir},target={model},readonly",
            settings.image,
            f"--model_name={settings.model_dir.name}",
            f"--model_base_path={model}",
            *batching_flags(settings, CONFIG_DIR),
            *settings.flags,
        ]

    def _watch(self, client: subprocess.Popen[bytes], name: str, request: StopRequest) -> None:
        """Wait for the container's end or a signal, and write the process id."""
        is_pid_written = False
        while request.number is None and not has_ended(client):
            if not is_pid_written and (pid := self._required_runtime.main_pid(name)):
                self._settings.write_pid(pid)
                is_pid_written = True

    def _stop(self, client: subprocess.Popen[bytes], name: str) -> None:
        """Stop the container, again if the engine was still creating it."""
        while client.poll() is None:
            self._required_runtime.stop(name)
            has_ended(client)


def has_ended(client: subprocess.Popen[bytes]) -> bool:
    """Wait briefly, and return True if a process has ended."""
    try:
        client.wait(POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def cpuset_option() -> list[str]:
    """Return the option that limits a container to this process's cores, if needed."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == os.cpu_count():
        return []
    return [f"--cpuset-cpus={','.join(map(str, cores))}"]
