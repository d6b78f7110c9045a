"""What the Dockerfiles say, without an engine to build them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent.name for path in ROOT.glob("*/Dockerfile"))
PINNED = re.compile(r"docker\.io/\S+:\d+\.\d+\.\d+\S*(@sha256:[0-9a-f]{64})?")


def dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def python_stages() -> list[list[str]]:
    """The stages of each image that is built on Python."""
    texts = [text for text in map(dockerfile, FOLDERS) if "PYTHON_IMAGE" in text]
    assert len(texts) > 1
    return [re.split(r"^FROM ", text, flags=re.M) for text in texts]


def test_python_images_are_built_alike(python_stages: list[list[str]]) -> None:
    """They differ in what they run: the stage that installs is the same to the letter."""
    first, *others = [stages[:2] for stages in python_stages]
    assert all(stages == first for stages in others)


def test_python_images_begin_alike(python_stages: list[list[str]]) -> None:
    """The last stage is the same up to the image's own title, but for where /venv comes from."""
    last = [
        stages[-1].partition("LABEL org.opencontainers.image.title")[0] for stages in python_stages
    ]
    first, *others = [re.sub(r"--from=\w+", "--from=STAGE", stage) for stage in last]
    assert all(stage == first for stage in others)


@pytest.mark.parametrize("folder", FOLDERS)
def test_bases_are_pinned_in_versions_env(folder: str, versions: dict[str, str]) -> None:
    """Each is a variable with a full version; a digest may be added to it."""
    stages = set(re.findall(r"^FROM \S+ AS (\w+)", dockerfile(folder), re.M))
    bases = set(re.findall(r"^FROM (\S+)", dockerfile(folder), re.M)) - stages
    names = [re.fullmatch(r"\$\{(\w+)\}", base) for base in bases]
    assert [bool(name and PINNED.fullmatch(versions[name[1]])) for name in names] == [True]


@pytest.mark.parametrize("folder", FOLDERS)
def test_make_gives_an_image_what_it_asks_for(folder: str) -> None:
    """Each argument, and no other, of which an engine would complain."""
    command = ["make", "--dry-run", "DOCKER=true", f"image-{folder}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    asked = set(re.findall(r"^ARG (\w+)", dockerfile(folder), re.M))
    assert set(re.findall(r"--build-arg (\w+)", said)) == asked


def test_image_for_a_cluster_bears_no_attestation() -> None:
    """Docker's containerd store would save an image without it, and yet name it: kind refuses that.

    Source: kubernetes-sigs/kind, issues 3795 and 4236.
    """
    tell = "printenv BUILDX_NO_DEFAULT_ATTESTATIONS; true"
    command = ["make", "--silent", "image-converter-api", f"DOCKER={tell}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(said.split()) == {"1"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_packages_are_installed_with_their_hashes_or_from_here(folder: str) -> None:
    """What isn't checked against a hash is the subproject itself, and needs no other package."""
    commands = re.sub(r"^#.*$", "", dockerfile(folder), flags=re.M)
    installs = re.findall(r"pip .*?\b(?:install|wheel) (.*?)(?: &&|$)", commands, re.M)
    safe = ("--require-hashes -r requirements", "--no-deps --no-build-isolation", "--no-deps ./*")
    assert [install for install in installs if not install.startswith(safe)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_missing_health_check_has_its_reason(folder: str) -> None:
    (line,) = re.findall(r"^(.*)\nHEALTHCHECK", dockerfile(folder), re.M)
    assert line.startswith("# ") or "HEALTHCHECK NONE" not in dockerfile(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_context_holds_only_what_is_listed(folder: str) -> None:
    assert (ROOT / folder / ".dockerignore").read_text().startswith("*\n!")
