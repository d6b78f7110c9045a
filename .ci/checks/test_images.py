"""The images, each used as a user would: convert, export, load the converter, report."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker

IMAGES = ("converter-api", "tf-model", "load-tests", "reporting")
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp")
PATIENCE_S = 60
Image = Callable[[str], str]


def docker(*arguments: str) -> str:
    """Run docker and return what it printed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(versions: dict[str, str]) -> Image:
    """Tells a folder's image."""
    return lambda folder: f"celsiusify/{folder}:{versions['VERSION']}"


@pytest.fixture(scope="module", autouse=True)
def _images(image: Image) -> None:
    if shutil.which("docker") is None:
        pytest.skip("no docker on the PATH")
    for command in (["info"], *(["image", "inspect", image(folder)] for folder in IMAGES)):
        if subprocess.run(["docker", *command], capture_output=True, timeout=60).returncode:
            pytest.skip(f"`docker {' '.join(command)}` fails: `make image` needs an engine")


@pytest.fixture(scope="module")
def converter(image: Image) -> Iterator[str]:
    """A converter that runs, by its container's id."""
    container = docker("run", "-d", *HARDENED, "-p", "127.0.0.1::8080", image("converter-api"))
    try:
        yield container
    finally:
        docker("rm", "-f", container)


@pytest.fixture
def writable(tmp_path: Path) -> Path:
    """A folder that the images' users, who aren't we, can write to."""
    tmp_path.chmod(0o777)
    return tmp_path


def ask(url: str) -> dict:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_converter_converts(converter: str) -> None:
    port = docker("port", converter, "8080").splitlines()[0].rsplit(":", 1)[1]
    assert ask(f"http://127.0.0.1:{port}/convert/?fahrenheit=451")["celsius"] == "232.777778"


def test_converter_doesn_t_run_as_root(converter: str) -> None:
    assert docker("exec", converter, "id", "-u") != "0"


def test_model_is_exported(image: Image, writable: Path) -> None:
    docker("run", "--rm", *HARDENED, "-v", f"{writable}:/model", image("tf-model"))
    assert (writable / "celsiusify/1/saved_model.pb").exists()


def test_load_and_report(image: Image, converter: str, writable: Path, root: Path) -> None:
    """The load goes through the converter's own loopback interface."""
    shutil.copy(root / "targets.yaml", writable)
    shutil.copy(root / "reference-points.csv", writable)
    run = ("run", "--rm", *HARDENED, "-v", f"{writable}:/work")
    load = (*run, f"--network=container:{converter}", image("load-tests"), "run", "converter-api")
    docker(*load, "--host=http://127.0.0.1:8080", "--profile=quick", "--run-time=3s")
    docker(*run, "--network=none", image("reporting"))
    (report,) = writable.glob("results/*/report.pdf")
    assert report.read_bytes().startswith(b"%PDF")
