"""kubectl, told where the release is, with its complaints made plain."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.explain import explain
from celsiusify_cluster.place import Place
from celsiusify_cluster.programs import find_program, run

Object = dict[str, Any]
REQUEST_TIMEOUT = "--request-timeout=20s"


class Kubectl:
    """Runs kubectl in one place."""

    def __init__(self, place: Place) -> None:
        self._program = find_program("kubectl")
        self.place = place if place.context else replace(place, context=self._current_context())

    def _current_context(self) -> str | None:
        return run([self._program, "config", "current-context"]).stdout.strip() or None

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl and return what it prints.

        Raises:
            ClusterError: If it fails.
        """
        finished = run(self.command(REQUEST_TIMEOUT, *arguments), stdin)
        if finished.returncode:
            raise explain(finished.stderr, self.place)
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
        """The command line, with the place."""
        return [self._program, *self.place.flags, *arguments]
