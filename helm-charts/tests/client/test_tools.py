"""`celsiusify-cluster tools`: pinned programs, from a wheel of the test's own."""

import errno
import hashlib
import io
import os
import platform
import tarfile
import zipfile
from pathlib import Path

import pytest

from celsiusify_cluster.cli import tools
from celsiusify_cluster.cli.main import main
from celsiusify_cluster.local.tools import Bundle, Tool, read_bundles

PROGRAM = b"#!/bin/sh\necho tool\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def layer() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("helm/helm", PROGRAM)
    return packed.getvalue()


def tarball() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in (("package/README.md", b"-"), ("package/lib/layer.zip", layer())):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip finds its wheels in, with the one of `pin`."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "carrier-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("carrier/_jsii/carrier@1.0.jsii.tgz", tarball())
        wheel.writestr(
            "carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n"
        )
        wheel.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def pin(
    monkeypatch: pytest.MonkeyPatch, wheels: Path, wheel_hash: str = "", tool_hash: str = ""
) -> None:
    (wheel,) = wheels.iterdir()
    tool = Tool("helm", "helm/helm", "9.9.9", tool_hash or sha256(PROGRAM))
    bundle = Bundle("carrier==1.0", wheel_hash or sha256(wheel.read_bytes()), (tool,))
    monkeypatch.setattr(tools, "read_bundles", lambda: {"current": bundle})


def test_a_tool_is_unpacked_and_can_be_run(
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pin(monkeypatch, wheels)
    assert main(["tools", "--into", str(tmp_path / "bin")]) == 0
    helm = tmp_path / "bin" / "helm"
    assert helm.read_bytes() == PROGRAM
    assert helm.stat().st_mode & 0o777 == 0o755
    assert capsys.readouterr().out == f"{helm} 9.9.9\n"


def test_what_is_there_already_is_not_downloaded_again(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(monkeypatch, wheels)
    main(["tools", "--into", str(tmp_path)])
    (wheel,) = wheels.iterdir()
    wheel.unlink()
    assert main(["tools", "--into", str(tmp_path)]) == 0


def test_a_tool_that_was_changed_is_replaced(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(monkeypatch, wheels)
    (tmp_path / "helm").write_text("something else")
    assert main(["tools", "--into", str(tmp_path)]) == 0
    assert (tmp_path / "helm").read_bytes() == PROGRAM


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"wheel_hash": "0" * 64}, "carrier==1.0 can't be downloaded: "),
        ({"tool_hash": "0" * 64}, "helm in carrier==1.0 isn't 9.9.9 as pinned"),
    ],
)
def test_another_hash_than_the_pinned_one_is_refused(
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, str],
    complaint: str,
) -> None:
    pin(monkeypatch, wheels, **wrong)
    assert main(["tools", "--into", str(tmp_path / "bin")]) == 2
    assert complaint in capsys.readouterr().err
    assert list((tmp_path / "bin").iterdir()) == []


def test_a_disk_that_is_full_leaves_no_half_of_a_tool(
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(path: Path, mode: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    pin(monkeypatch, wheels)
    monkeypatch.setattr(Path, "chmod", fails)
    assert main(["tools", "--into", str(tmp_path / "bin")]) == 2
    assert capsys.readouterr().err == "celsiusify-cluster: No space left on device\n"
    assert list((tmp_path / "bin").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["tools", "--into", str(tmp_path / "file" / "bin")]) == 2
    said = f"celsiusify-cluster: {tmp_path / 'file' / 'bin'}: Not a directory\n"
    assert capsys.readouterr().err == said


def test_another_machine_is_told_to_install_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert main(["tools"]) == 2
    assert "packaged for Linux x86_64 only, and this is Linux arm64" in capsys.readouterr().err


def test_every_tool_is_pinned_by_a_hash() -> None:
    bundles = read_bundles()
    hashes = [bundle.sha256 for bundle in bundles.values()]
    hashes += [tool.sha256 for bundle in bundles.values() for tool in bundle.tools]
    assert {len(digest) for digest in hashes} == {64}
    assert [tool.name for tool in bundles["current"].tools] == ["helm", "kubectl"]
