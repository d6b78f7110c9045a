"""The repository has no links, and the copies in the chart equal their originals."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SYMBOLIC_LINK = "120000"


def test_no_file_is_a_symbolic_link(root: Path) -> None:
    """A zip download has files with the link's text instead, and helm warns of links."""
    listing = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=root, capture_output=True, text=True, check=True
    )
    lines = listing.stdout.splitlines()
    assert lines
    assert [line for line in lines if line.startswith(SYMBOLIC_LINK)] == []


def test_copies_in_the_chart_equal_their_originals(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = root / "helm-charts/docs/values.py"
    monkeypatch.syspath_prepend(script.parent)
    monkeypatch.delitem(sys.modules, "commented", raising=False)
    copies = runpy.run_path(str(script))["COPIES"]
    assert copies
    files = root / "helm-charts/files"
    differing = [
        name
        for name, original in copies.items()
        if (files / name).read_bytes() != (root / original).read_bytes()
    ]
    assert differing == [], "run `tox -e values`"
