import os
import subprocess
import sys

import pytest

from celsiusify_load_tests.host import cpu_affinity
from celsiusify_load_tests.host.cpu_affinity import SHARED, Split, for_load_on, kept, kept_on, split

needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system can't keep a process on a core"
)


@pytest.mark.parametrize(
    ("available", "target", "generator"),
    [
        ([0, 1], [0], [1]),
        ([2, 5, 7], [2], [5, 7]),
        ([0, 4, 1, 5], [0, 4], [1, 5]),
        (range(8), [0, 1, 2, 3], [4, 5, 6, 7]),
    ],
)
def test_half_of_the_cores_serve_and_the_rest_load(
    available: list[int], target: list[int], generator: list[int]
) -> None:
    assert split(available) == Split(target, generator)
    assert split(available).processes == len(generator)


@pytest.mark.parametrize("available", [[], [3]])
def test_a_single_core_is_shared(available: list[int]) -> None:
    assert split(available) is SHARED
    assert SHARED.processes >= 1


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ([None], Split([0], [1])),
        (["http://127.0.0.1:8080"], Split(None, [1])),
        (["http://localhost:8080"], Split(None, [1])),
        (["http://10.1.2.3:8080"], Split(None, [0, 1])),
        (["http://10.1.2.3:8080", "grpc://10.1.2.4:8500"], Split(None, [0, 1])),
        (["http://10.1.2.3:8080", "http://127.0.0.1:8501"], Split(None, [1])),
        (["http://10.1.2.3:8080", None], Split([0], [1])),
    ],
)
def test_a_server_elsewhere_leaves_all_cores_to_the_load(
    monkeypatch: pytest.MonkeyPatch, hosts: list[str | None], expected: Split
) -> None:
    monkeypatch.setattr(cpu_affinity, "available", lambda: [0, 1])
    assert for_load_on(hosts) == expected


@needs_affinity
def test_threads_of_one_core_stay_on_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where cores 0 and 2, 1 and 3 are the threads of two physical cores, each side gets one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr(cpu_affinity, "_first_sibling", lambda core: core % 2)
    assert split(cpu_affinity.available()) == Split([0, 2], [1, 3])


@needs_affinity
def test_a_process_stays_on_the_cores_it_was_started_on() -> None:
    before = os.sched_getaffinity(0)
    core = [min(before)]
    with kept_on(core):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert os.sched_getaffinity(0) == before
        assert kept(child.pid, core) == core
    finally:
        child.communicate()


@needs_affinity
def test_cores_are_not_claimed_that_the_system_does_not_confirm() -> None:
    assert kept(os.getpid(), [max(os.sched_getaffinity(0)) + 1]) is None
    assert kept(None, [0]) is None


def test_shared_cores_change_nothing() -> None:
    with kept_on(None):
        pass
