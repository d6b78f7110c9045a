"""Run TensorFlow Serving's image with Docker or Podman."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import FrameType

from celsiusify_tf_serving.engines.engine import Finding
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT, Settings, batching_flags

PROGRAMS = ("docker", "podman")
ANSWER_TIMEOUT_S = 10
STOP_GRACE_S = 2
BASE_NAME = "org.opencontainers.image.base.name"
STAND_IN = "celsiusify.stand-in"


@dataclass(frozen=True)
class Runtime:
    """A container engine's program."""

    program: str

    def command(self, *arguments: str) -> list[str]:
        """Put a command line together."""
        return [self.program, *arguments]

    def ask(self, *arguments: str) -> str | None:
        """Run a short command; its output, or nothing if it fails or doesn't answer."""
        try:
            done = subprocess.run(
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
        return done.stdout.strip() if done.returncode == 0 else None

    def labels(self, image: str) -> dict[str, str] | None:
        """Read an image's labels; nothing if there's no such image here."""
        told = self.ask("image", "inspect", "--format", "{{json .Config.Labels}}", image)
        return None if told is None else json.loads(told or "null") or {}

    def base_tag(self, image: str) -> str:
        """Tell the tag of the image that an image was built from."""
        base = (self.labels(image) or {}).get(BASE_NAME, "")
        return base.partition("@")[0].rpartition(":")[2] or "unknown"

    def main_pid(self, container: str) -> int:
        """Tell this machine's id of a container's main process; 0 until it runs."""
        told = self.ask("inspect", "--format", "{{.State.Pid}}", container)
        return int(told) if told and told.isdecimal() else 0

    def stop(self, container: str) -> None:
        """Stop a container.

        As a container's first process the server gets no SIGTERM that it didn't ask for, so
        that it's killed when the grace has passed. It keeps nothing that could be lost.
        """
        self.ask("stop", "--time", str(STOP_GRACE_S), container)


def find_runtime(image: str) -> tuple[Runtime | None, str]:
    """Find the first engine that answers and has an image that can serve.

    Returns:
        The engine, or none, and why.
    """
    reasons = []
    for runtime in map(Runtime, PROGRAMS):
        reason = obstacle(runtime, image)
        if reason is None:
            return runtime, f"{runtime.program} has the image {image}"
        reasons.append(reason)
    return None, ", ".join(reasons)


def obstacle(runtime: Runtime, image: str) -> str | None:
    """Say why an engine can't run an image; nothing if it can."""
    program = runtime.program
    if shutil.which(program) is None:
        return f"no {program} on the PATH"
    if runtime.ask("version", "--format", "{{.Server.Version}}") is None:
        return f"{program} has no engine that answers"
    labels = runtime.labels(image)
    if labels is None:
        return f"{program} has no image {image}"
    if labels.get(STAND_IN) == "true":
        return f"{program}'s image {image} was built from a stand-in that has no server"
    return None


class StopRequest:
    """Notes SIGINT or SIGTERM from the moment it is made.

    Attributes:
        number: Of the signal that came, or None as long as none has.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.number = number


# Where the Dockerfile puts them.
CONFIG_DIR = PurePosixPath("/config")
MODELS_DIR = PurePosixPath("/models")

POLL_S = 0.2


class Container:
    """Runs the image on the loopback address, with the model of this machine in it."""

    name = "container"
    caveat: str | None = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runtime: Runtime | None = None

    def find(self) -> Finding:
        """Look for an engine that answers and has the image."""
        self._runtime, reason = find_runtime(self._settings.image)
        return Finding(self._runtime is not None, reason)

    def version(self) -> str:
        """Tell the version that the image was built from."""
        return self._found.base_tag(self._settings.image)

    def serve(self) -> int:
        """Run a container until it ends or this process is told to stop; leave none behind."""
        name = f"celsiusify-tf-serving-{os.getpid()}"
        request = StopRequest()
        command = self._found.command("run", "--rm", "--name", name, *self._options())
        # In a session of its own, so that Ctrl-C comes to this process alone.
        client = subprocess.Popen(command, start_new_session=True)
        try:
            self._watch(client, name, request)
        finally:
            self._stop(client, name)
        return client.returncode if request.number is None else 128 + request.number

    @property
    def _found(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError("asked of a container engine that wasn't found")
        return self._runtime

    def _options(self) -> list[str]:
        settings = self._settings
        model = MODELS_DIR / settings.model_dir.name
        published = {settings.port: GRPC_PORT, settings.rest_api_port: REST_API_PORT}
        ports = [f"--publish=127.0.0.1:{out}:{inside}" for out, inside in published.items() if out]
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
        """Wait for the end or a request to stop; meanwhile tell the server's process id."""
        told = False
        while request.number is None and not ended(client):
            if not told and (pid := self._found.main_pid(name)):
                self._settings.write_pid(pid)
                told = True

    def _stop(self, client: subprocess.Popen[bytes], name: str) -> None:
        """Stop the container; once more if it was only about to be made."""
        while client.poll() is None:
            self._found.stop(name)
            ended(client)


def ended(client: subprocess.Popen[bytes]) -> bool:
    """Wait a moment for a process to end, and tell whether it has."""
    try:
        client.wait(POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def cpuset_option() -> list[str]:
    """Keep the container to the cores that this process is kept to, if it is."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) == os.cpu_count():
        return []
    return [f"--cpuset-cpus={','.join(map(str, cores))}"]
