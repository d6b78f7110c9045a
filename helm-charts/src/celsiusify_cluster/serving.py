"""What serves a target on the cluster, as the server's image tells."""

import json
import shlex
import subprocess

from celsiusify_cluster.kubectl import Kubectl, Object

DESCRIBE = "celsiusify.dev/describe"
"""A Deployment's annotation: the command that prints in its pods, as JSON, what serves there."""
CONTAINER = "server"
PATIENCE_S = 30.0


def ask_engine(kubectl: Kubectl, deployment: Object) -> Object | None:
    """Have a pod of a Deployment tell what serves in it.

    That takes CPU time from the server: ask once nobody measures it.

    Returns:
        `engine`, `version`, `reason`, `caveat` and `settings`; None where that can't be had.
    """
    meta = deployment["metadata"]
    command = shlex.split(meta.get("annotations", {}).get(DESCRIBE, ""))
    said = _execute(kubectl, f"deployment/{meta['name']}", command) if command else b""
    try:
        told = json.loads(said)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _execute(kubectl: Kubectl, where: str, command: list[str]) -> bytes:
    """What a command prints; what it can't print in time is nothing."""
    place = ("exec", where, f"--container={CONTAINER}", "--")
    with kubectl.start(*place, *command, stderr=subprocess.DEVNULL) as process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return b""
    return bytes(said)
