from pathlib import Path

import pytest

from celsiusify_load_tests.host.cgroup import limit_cores, throttled_s
from celsiusify_load_tests.host.cpu_affinity import Split


class Groups:
    """Files like those of /sys/fs/cgroup and /proc/self/cgroup."""

    def __init__(self, folder: Path) -> None:
        self.root, self.own = folder / "cgroup", folder / "self"
        self.root.mkdir()

    def belong_to(self, path: str) -> None:
        """Let the process be in a group of version 2, and in one of version 1."""
        self.own.write_text(f"3:cpu,cpuacct:/other\n0::{path}\n", encoding="utf-8")

    def write(self, path: str, **files: str) -> None:
        """Make a group: `max="50000 100000"`, `stat="throttled_usec 7"`."""
        (self.root / path).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (self.root / path / f"cpu.{name}").write_text(content, encoding="ascii")


@pytest.fixture
def groups(tmp_path: Path) -> Groups:
    return Groups(tmp_path)


@pytest.mark.parametrize(
    ("own", "above", "cores"),
    [
        ("50000 100000", "max 100000", 0.5),
        ("max 100000", "150000 100000", 1.5),
        ("400000 100000", "200000 100000", 2.0),
        ("max 100000", "max 100000", None),
    ],
)
def test_the_tightest_quota_counts(
    groups: Groups, own: str, above: str, cores: float | None
) -> None:
    """A container's, its pod's, or that of any group above."""
    groups.belong_to("/pod/container")
    groups.write("pod", max=above)
    groups.write("pod/container", max=own)
    assert limit_cores(groups.root, groups.own) == cores


def test_a_container_that_sees_only_its_own_group_has_a_quota(groups: Groups) -> None:
    groups.belong_to("/")
    groups.write(
        "", max="25000 100000", stat="usage_usec 9\nnr_throttled 3\nthrottled_usec 2500000"
    )
    assert limit_cores(groups.root, groups.own) == 0.25
    assert throttled_s(groups.root, groups.own) == 2.5


def test_time_held_back_is_that_of_the_group_that_was_held_back_longest(groups: Groups) -> None:
    groups.belong_to("/pod/container")
    groups.write("pod", stat="throttled_usec 4000000\n")
    groups.write("pod/container", stat="usage_usec 1\nthrottled_usec 1000000\n")
    assert throttled_s(groups.root, groups.own) == 4.0


@pytest.mark.parametrize("content", ["", "usage_usec 9\n", "nonsense"])
def test_nothing_is_known_without_groups_of_version_2(groups: Groups, content: str) -> None:
    assert limit_cores(groups.root, groups.own) is None
    groups.belong_to("/")
    groups.write("", max=content, stat=content)
    assert limit_cores(groups.root, groups.own) is None
    assert throttled_s(groups.root, groups.own) is None


@pytest.mark.parametrize(("quota", "processes"), [(0.5, 1), (1.9, 1), (3.0, 3), (64, 4), (None, 4)])
def test_there_are_no_more_processes_than_a_quota_feeds(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, processes: int
) -> None:
    monkeypatch.setattr("celsiusify_load_tests.host.cpu_affinity.limit_cores", lambda: quota)
    assert Split(None, [0, 1, 2, 3]).processes == processes
