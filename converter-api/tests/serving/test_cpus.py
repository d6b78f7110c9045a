"""How many processors may be used."""

import math
import os
from pathlib import Path

import pytest

from celsiusify_converter_api.serving import cpus


@pytest.mark.parametrize(
    ("cpu_max", "limit"),
    [("max 100000\n", math.inf), ("50000 100000\n", 0.5), ("250000 100000\n", 2.5)],
)
def test_quota_is_read(cpu_max: str, limit: float) -> None:
    """A cgroup's limit is its maximum per period, or none."""
    assert cpus.quota(cpu_max) == limit


@pytest.mark.parametrize(("cpu_max", "usable"), [("1000 100000", 1), ("150000 100000", 2)])
def test_quota_is_rounded_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpu_max: str, usable: int
) -> None:
    """A part of a processor counts as one, and no more are used than there are."""
    file = tmp_path / "cpu.max"
    file.write_text(cpu_max)
    monkeypatch.setattr(cpus, "CGROUP_CPU_MAX", file)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert cpus.usable_cpus() == usable


def test_affinity_limits_where_no_quota_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a cgroup's limit it is the processors that the process may run on."""
    monkeypatch.setattr(cpus, "CGROUP_CPU_MAX", tmp_path / "none")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert cpus.usable_cpus() == 3
