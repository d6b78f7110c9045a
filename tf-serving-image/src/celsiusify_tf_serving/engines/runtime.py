"""Docker or Podman, by its command line."""

import json
import shutil
import subprocess
from dataclasses import dataclass

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
