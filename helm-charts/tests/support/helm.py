"""The real helm, whose answers are kept for all processes of a test session."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_S = 60
RELEASE = "celsiusify"
NAMESPACE = "celsiusify"

# What the cluster is said to know beside Kubernetes' own kinds.
APIS = (
    "monitoring.coreos.com/v1/ServiceMonitor",
    "keda.sh/v1alpha1/ScaledObject",
    "gateway.networking.k8s.io/v1/HTTPRoute",
    "gateway.networking.k8s.io/v1/GRPCRoute",
)

Values = Mapping[str, Any]


class RefusedError(Exception):
    """Helm said no; the message is what it said."""


class Helm:
    """A helm program that finds neither a cluster nor the user's own settings.

    Attributes:
        program: The path of the program.
    """

    def __init__(self, program: Path, home: Path, shared: Path | None = None) -> None:
        """Create a helm with a home, and with a folder of answers that other processes share."""
        self.program = program
        self._shared = shared
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(home),
            "KUBECONFIG": os.devnull,
            "GOGC": "off",  # it ends before it has much to clear away: a third of its time
        }
        self._answers: dict[tuple[Sequence[str], str], str | RefusedError] = {}

    def template(
        self,
        chart: Path,
        *files: Path,
        values: Values | None = None,
        release: str = RELEASE,
        options: Sequence[str] = (),
    ) -> str:
        """Render a chart with files of values, and `values` over them.

        Raises:
            RefusedError: If helm doesn't render it.
        """
        asked = ["template", release, str(chart), "--namespace", NAMESPACE]
        asked += [f"--api-versions={api}" for api in APIS]
        return self._ask([*asked, *_layers(files), *options], values)

    def notes(self, chart: Path, *files: Path, values: Values | None = None) -> str:
        """What helm tells the user after an installation."""
        asked = ["install", RELEASE, str(chart), "--namespace", NAMESPACE, "--dry-run=client"]
        return self._ask([*asked, *_layers(files)], values).partition("\nNOTES:\n")[2]

    def lint(self, chart: Path, *files: Path, values: Values | None = None) -> str:
        """Let helm look for faults.

        Raises:
            RefusedError: If it finds one; warnings count.
        """
        return self._ask(["lint", "--strict", str(chart), *_layers(files)], values)

    def package(self, chart: Path, into: Path) -> Path:
        """Pack a chart as it would be published."""
        self._ask(["package", str(chart), "--destination", str(into)], None)
        (packed,) = into.glob("*.tgz")
        return packed

    def _ask(self, arguments: Sequence[str], values: Values | None) -> str:
        key = (tuple(arguments), json.dumps(values or {}))
        if key not in self._answers:
            self._answers[key] = self._shared_answer(*key)
        answer = self._answers[key]
        if isinstance(answer, RefusedError):
            raise answer
        return answer

    def _shared_answer(self, arguments: Sequence[str], values: str) -> str | RefusedError:
        if self._shared is None or arguments[0] == "package":
            return self._run(arguments, values)
        question = json.dumps([str(self.program), *arguments, values])
        file = self._shared / hashlib.sha256(question.encode()).hexdigest()
        if not file.exists():
            answer = self._run(arguments, values)
            refused = isinstance(answer, RefusedError)
            part = file.with_name(f"{file.name}-{os.getpid()}")
            part.write_text(json.dumps([refused, str(answer)]))
            part.rename(file)
        refused, text = json.loads(file.read_text())
        return RefusedError(text) if refused else text

    def _run(self, arguments: Sequence[str], values: str) -> str | RefusedError:
        command = [str(self.program), *arguments]
        if arguments[0] in {"template", "install", "lint"}:
            command += ["--values", "-"]
        finished = subprocess.run(
            command,
            input=values,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if finished.returncode:
            return RefusedError(finished.stdout + finished.stderr)
        return finished.stdout


def _layers(files: Sequence[Path]) -> list[str]:
    return [f"--values={file}" for file in files]
