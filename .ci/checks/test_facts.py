"""Facts that more than one place needs are the same in each."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("*/requirements*.txt"))]
REQUIRED_FAHRENHEIT = {"-459.67", "-40", "0", "32", "98.6", "212", "451", "1e6"}


def test_reference_points_follow_the_definition(root: Path) -> None:
    """°C = (°F - 32) * 5/9: NIST Special Publication 811, appendix B.8."""
    with (root / "reference-points.csv").open() as file:
        rows = list(csv.DictReader(file))
    wrong = [
        row for row in rows if f"{(Decimal(row['fahrenheit']) - 32) * 5 / 9:.6f}" != row["celsius"]
    ]
    assert wrong == []
    assert {row["fahrenheit"] for row in rows} >= REQUIRED_FAHRENHEIT


def test_constraints_pin_the_chosen_tensorflow(root: Path, versions: dict[str, str]) -> None:
    constraints = (root / "constraints.txt").read_text().splitlines()
    assert f"tensorflow=={versions['TENSORFLOW_VERSION']}" in constraints


@pytest.mark.parametrize("lock", LOCKS)
def test_subprojects_pin_what_the_workspace_pins(root: Path, lock: str) -> None:
    pins = set(re.findall(r"^\S+==[^\s;]+", (root / "constraints.txt").read_text(), re.M))
    own = set(re.findall(r"^\S+==[^\s;]+", (root / lock).read_text(), re.M))
    assert own <= pins


def test_images_have_the_lowest_python_that_packages_are_chosen_for(
    versions: dict[str, str],
) -> None:
    tag = versions["PYTHON_IMAGE"].partition("@")[0].rpartition(":")[2]
    assert tag.startswith(f"{versions['PYTHON_VERSION']}.")


def test_targets_name_folders_that_have_an_image(root: Path, targets: dict[str, dict]) -> None:
    folders = {target["image"].removeprefix("celsiusify/") for target in targets.values()}
    assert all((root / folder / "Dockerfile").exists() for folder in folders)


def test_targets_are_served_from_an_environment_of_tox(targets: dict[str, dict]) -> None:
    for target in targets.values():
        executable = f".tox/{target['environment']}/bin/"
        assert target["serve"]["command"].startswith(executable)
        assert target["describe"].startswith(executable)


def test_images_expose_no_port_but_their_target_s(root: Path, targets: dict[str, dict]) -> None:
    for target in targets.values():
        dockerfile = (root / target["image"].removeprefix("celsiusify/") / "Dockerfile").read_text()
        exposed = re.findall(r"^EXPOSE (.+)$", dockerfile, re.M)
        assert {int(port) for line in exposed for port in line.split()} <= {
            *target["ports"].values()
        }
