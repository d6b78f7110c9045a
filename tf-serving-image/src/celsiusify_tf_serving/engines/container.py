"""TensorFlow Serving's image, run by a container engine that is on this machine."""

import os
import subprocess
from pathlib import PurePosixPath

from celsiusify_tf_serving.engines.engine import Finding
from celsiusify_tf_serving.engines.runtime import Runtime, find_runtime
from celsiusify_tf_serving.flags import batching_flags
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT, Settings
from celsiusify_tf_serving.signals import StopRequest

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
