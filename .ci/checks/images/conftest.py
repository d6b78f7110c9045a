"""A container engine with the workspace's images, each run under the rules of the charts' pods."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = sorted(path.parent.name for path in ROOT.glob("*/Dockerfile"))
NAMED = (os.environ.get("DOCKER", ""), "docker", "podman")
"""What make calls it, or else what is there."""
PROGRAM = next(filter(None, map(shutil.which, NAMED)), None)
RESTRICTED = (
    "--user=65532:65532",
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp",
)
PATIENCE_S = 60
"""How long a test waits for what must happen: a guard against hanging, no claim about speed."""


class Engine:
    """Docker or Podman, by its command line."""

    def __call__(self, *arguments: str, codes: Container[int] = (0,)) -> str:
        """Run a command that must end with one of some exit codes, and return what it printed."""
        command = [PROGRAM or "docker", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode in codes, f"{' '.join(command)}: {done.stderr}{done.stdout}"
        return done.stdout.strip()

    def fails(self, *arguments: str) -> bool:
        """Whether a command fails."""
        command = [PROGRAM or "docker", *arguments]
        return subprocess.run(command, capture_output=True, timeout=60).returncode != 0

    def run(self, *arguments: str, codes: Container[int] = (0,)) -> str:
        """Run a restricted container to its end, and return what it printed."""
        return self("run", "--rm", *RESTRICTED, *arguments, codes=codes)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[str]:
        """A restricted container that runs meanwhile, by its id."""
        container = self("run", "--detach", *RESTRICTED, *arguments)
        try:
            yield container
        finally:
            self("rm", "--force", container)

    @contextmanager
    def healthy(self, *arguments: str) -> Iterator[str]:
        """A restricted container whose health check has passed, by its id."""
        with self.running("--health-interval=1s", *arguments) as container:
            wait_until(lambda: self.health(container) == "healthy", "a healthy container")
            yield container

    def health(self, container: str) -> str:
        """What the last health checks of a container say."""
        return str(self.inspect("container", container)["State"]["Health"]["Status"])

    def inspect(self, kind: str, name: str) -> dict[str, Any]:
        """What the engine knows of an image or a container."""
        (known,) = json.loads(self(kind, "inspect", name))
        return known


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each check that names a `folder` of every image."""
    if "folder" in metafunc.fixturenames:
        metafunc.parametrize("folder", FOLDERS)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and fail where it doesn't come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited too long: {what}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def patiently() -> Callable[[Callable[[], bool], str], None]:
    return wait_until


@pytest.fixture(scope="session")
def engine() -> Engine:
    engine = Engine()
    if PROGRAM is None:
        pytest.skip("neither docker nor podman is on the PATH")
    if engine.fails("info"):
        pytest.skip(f"no container engine answers {PROGRAM}")
    return engine


@pytest.fixture(scope="session")
def image(engine: Engine, versions: dict[str, str]) -> Callable[[str], str]:
    """Tells a folder's image."""

    def find(folder: str) -> str:
        name = f"celsiusify/{folder}:{versions['VERSION']}"
        if engine.fails("image", "inspect", name):
            pytest.skip(f"no image {name}: `make image-{folder}` builds it")
        return name

    return find


@pytest.fixture(scope="session")
def network(engine: Engine) -> Iterator[str]:
    """A network of our containers alone: nothing else can be reached from it."""
    name = f"celsiusify-test-{os.getpid()}"
    engine("network", "create", "--internal", name)
    yield name
    engine("network", "rm", name)


@pytest.fixture
def writable(tmp_path: Path) -> Path:
    """A folder that the images' user, who isn't us, can write to."""
    tmp_path.chmod(0o777)
    return tmp_path
