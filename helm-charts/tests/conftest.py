"""What the tests share: the real helm, and the option that writes snapshots anew."""

import os
import shutil
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.kube.programs import own_folder

from .support.helm import Helm


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the snapshots as they are now")


@pytest.fixture(scope="session")
def tools() -> str:
    """A search path that begins with the pinned helm and kubectl, if this machine can have them."""
    main(["tools", "--helm3"])
    return os.pathsep.join([str(own_folder()), os.environ.get("PATH", "")])


@pytest.fixture(scope="session")
def shared_answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of helm's answers that all processes of the session share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "answers"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def helm(tools: str, tmp_path_factory: pytest.TempPathFactory, shared_answers: Path) -> Helm:
    program = shutil.which("helm", path=tools)
    if program is None:
        pytest.fail("helm isn't here, and `celsiusify-cluster tools` couldn't download it")
    return Helm(Path(program), tmp_path_factory.mktemp("helm"), shared_answers)


@pytest.fixture(scope="session")
def helm3(tools: str, tmp_path_factory: pytest.TempPathFactory, shared_answers: Path) -> Helm:
    program = shutil.which("helm3", path=tools)
    if program is None:
        pytest.skip("helm 3 isn't here as helm3")
    return Helm(Path(program), tmp_path_factory.mktemp("helm3"), shared_answers)
