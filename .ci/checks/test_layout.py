"""A subproject has one name for folder, distribution and environment; it imports no other."""

import ast
import configparser
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

MODULES_PER_FOLDER = 15
PARTS = ("README.md", "Dockerfile", "requirements.txt", "tests", "src")


def metadata(root: Path, project: str) -> dict:
    return tomllib.loads((root / project / "pyproject.toml").read_text())["project"]


def package(root: Path, project: str) -> Path:
    (init,) = root.glob(f"{project}/src/*/__init__.py")
    return init.parent


@pytest.mark.parametrize("part", PARTS)
def test_every_subproject_has_its_parts(root: Path, project: str, part: str) -> None:
    assert (root / project / part).exists()


def test_distribution_is_named_like_its_folder(root: Path, project: str) -> None:
    assert metadata(root, project)["name"] == f"celsiusify-{project}"


def test_distribution_has_the_workspace_version(
    root: Path, project: str, versions: dict[str, str]
) -> None:
    assert metadata(root, project)["version"] == versions["VERSION"]


def test_package_tells_its_types(root: Path, project: str) -> None:
    assert (package(root, project) / "py.typed").exists()


def test_package_imports_no_other_subproject(root: Path, project: str) -> None:
    own = package(root, project)
    imported = set()
    for path in own.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            imported |= {name.split(".")[0] for name in names}
    assert {name for name in imported if name.startswith("celsiusify_")} <= {own.name}


def test_no_folder_holds_more_modules_than_a_reader_can_scan(root: Path, project: str) -> None:
    modules = [path for path in package(root, project).rglob("*.py") if path.stem != "__init__"]
    counts = Counter(str(path.parent.relative_to(root)) for path in modules)
    assert {folder: n for folder, n in counts.items() if n > MODULES_PER_FOLDER} == {}


def test_every_subproject_states_its_import_directions(root: Path, project: str) -> None:
    tools = tomllib.loads((root / project / "pyproject.toml").read_text())["tool"]
    assert tools["importlinter"]["contracts"]


def test_every_subproject_has_a_tox_environment(root: Path, project: str) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(root / "tox.ini")
    assert project in re.split(r"[,\s]+", tox["tox"]["env_list"])


def test_every_tox_environment_is_described(root: Path) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(root / "tox.ini")
    environments = [tox[name] for name in tox.sections() if name.startswith("testenv")]
    assert [env.name for env in environments if not env.get("description")] == []
