"""Run helm for a release."""

import json
import re

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.errors import explain
from celsiusify_cluster.kube.programs import find_program, run
from celsiusify_cluster.kube.release import ReleaseRef

HELM_3 = 3


class Helm:
    """The program helm, for one release."""

    def __init__(self, release: ReleaseRef) -> None:
        self._program = find_program("helm")
        self.release = release

    def run(self, *arguments: str) -> str:
        """Run helm and return what it prints.

        Raises:
            ClusterError: If it fails.
        """
        finished = run(self.command(*arguments))
        if finished.returncode:
            raise explain(finished.stderr, self.release)
        return finished.stdout

    def command(self, *arguments: str) -> list[str]:
        """Return the command line, with the flags of the release."""
        context = [f"--kube-context={self.release.context}"] if self.release.context else []
        return [self._program, f"--namespace={self.release.namespace}", *context, *arguments]

    @property
    def override_flags(self) -> list[str]:
        """The flags that roll back a failed release and override fields that others have set.

        Helm 3 overrides by default. Helm 4 refuses if an autoscaler that is switched off has set a
        Deployment's replicas.
        """
        found = re.search(r"v(\d+)\.", self.run("version", "--short"))
        if found is not None and int(found[1]) == HELM_3:
            return ["--atomic"]
        return ["--rollback-on-failure", "--server-side=true", "--force-conflicts"]

    def chart(self) -> str:
        """Return name and version of the release's chart, e.g. `celsiusify-0.1.0`.

        Raises:
            ClusterError: If there is no such release.
        """
        finished = run(self.command("get", "metadata", self.release.name, "--output=json"))
        if "release: not found" in finished.stderr:
            here = self.release
            raise ClusterError(
                f"there is no release {here.name} in namespace {here.namespace}: `make deploy`"
            )
        if finished.returncode:
            raise explain(finished.stderr, self.release)
        found = json.loads(finished.stdout)
        return f"{found['chart']}-{found['version']}"
