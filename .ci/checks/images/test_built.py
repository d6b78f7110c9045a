"""What every image has, and what none has."""

import re
import sys
from collections.abc import Callable
from datetime import datetime

import pytest

from .conftest import FOLDERS, ROOT, Engine

pytestmark = pytest.mark.docker

TOOLS = "pip pip3 uv poetry gcc cc g++ c++ clang ld make cmake go cargo"
COMMANDS = [
    name for name in FOLDERS if "HEALTHCHECK NONE" in (ROOT / name / "Dockerfile").read_text()
]
"""Images of commands that end: they leave files."""
MEGABYTE = 1e6
Image = Callable[[str], str]


def test_user_is_a_number_and_not_root(engine: Engine, image: Image, folder: str) -> None:
    """Kubernetes can check `runAsNonRoot` of a number alone."""
    assert engine.inspect("image", image(folder))["Config"]["User"] == "65532:65532"


def test_labels_tell_what_it_is_and_from_which_commit(
    engine: Engine, image: Image, folder: str, versions: dict[str, str]
) -> None:
    labels = engine.inspect("image", image(folder))["Config"]["Labels"]
    told = {name.removeprefix("org.opencontainers.image."): text for name, text in labels.items()}
    assert told["title"] == f"celsiusify/{folder}"
    assert len(told["description"]) > 20
    assert told["licenses"] == "MIT"
    assert told["version"] == versions["VERSION"]
    assert re.fullmatch("[0-9a-f]{40}(-dirty)?", told["revision"])
    assert datetime.fromisoformat(told["created"]).tzinfo is not None


def test_health_check_is_there_or_ruled_out(engine: Engine, image: Image, folder: str) -> None:
    """One that the base image has doesn't come through by oversight."""
    known = engine.inspect("image", image(folder))
    check = known["Config"].get("Healthcheck") or known["Healthcheck"]
    assert check["Test"][0] in {"CMD", "NONE"}


def test_nothing_inside_installs_or_compiles(engine: Engine, image: Image, folder: str) -> None:
    find = f"for tool in {TOOLS}; do command -v $tool; done; python -m pip 2>/dev/null; true"
    assert engine.run("--network=none", "--entrypoint=sh", image(folder), "-c", find) == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_new_volume_can_be_written_to(engine: Engine, image: Image, command: str) -> None:
    """It takes its owner from the folder that it is mounted over: the one that is worked in."""
    where = engine.inspect("image", image(command))["Config"]["WorkingDir"]
    options = (f"--mount=type=volume,target={where}", "--entrypoint=touch", "--network=none")
    engine.run(*options, image(command), f"{where}/written")


def test_converter_adds_little_to_its_base(
    engine: Engine,
    image: Image,
    versions: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = versions["PYTHON_IMAGE"]
    if engine.fails("image", "inspect", base):
        engine("pull", base)
    whole, below = (
        engine.inspect("image", name)["Size"] for name in (image("converter-api"), base)
    )
    with capsys.disabled():
        sys.stdout.write(f"\nconverter-api: {(whole - below) / MEGABYTE:.1f} MB over {base}\n")
    assert whole - below < 60 * MEGABYTE
