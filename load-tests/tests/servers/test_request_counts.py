"""Requests are counted at every instance of a name, unless one took its count along."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from celsiusify_load_tests.config.targets import Metrics
from celsiusify_load_tests.servers.request_counts import (
    Counters,
    CounterTotals,
    counting,
    during,
    instances,
    settled,
)
from support.workspace import Workspace

A, B = "http://10.0.0.1:8501", "http://10.0.0.2:8501"
METRICS = Metrics("/metrics", ":tensorflow:serving:request_count", {"model_name": "celsiusify"})


@pytest.mark.parametrize(
    ("before", "after", "totals"),
    [
        ({A: 5}, {A: 12}, CounterTotals(7)),
        ({A: 5, B: 100}, {A: 12, B: 101}, CounterTotals(8)),
        ({A: 5}, {A: 12, B: 30}, CounterTotals(37)),
        ({A: 5, B: 100}, {A: 12}, CounterTotals(None, f"{B} disappeared, and its count is lost")),
        ({A: 5}, {A: 2}, CounterTotals(None, f"the count of {A} was reset")),
        ({A: None}, {A: 2}, CounterTotals(None, f"the count of {A} can't be read")),
        ({A: 5}, {A: 7, B: None}, CounterTotals(None, f"the count of {B} can't be read")),
        ({}, {A: 7}, CounterTotals(None, "no instance was found before the load")),
    ],
)
def test_the_counts_of_all_instances_are_added_up(
    before: dict[str, int | None], after: dict[str, int | None], totals: CounterTotals
) -> None:
    """One that has come is counted from 0; what isn't known of one isn't known of the whole."""
    assert during(before, after) == totals


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the name `pods` have these addresses."""
    system = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: int, **more: int) -> list[Any]:
        hosts = addresses if host == "pods" else [host]
        return [found for each in hosts for found in system(each, port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        (["10.0.0.2", "10.0.0.1", "10.0.0.2"], [A, B]),
        (["fd00::1", "10.0.0.1"], ["http://[fd00::1]:8501"]),
        (["10.0.0.1", "fd00::1"], [A]),
    ],
)
def test_each_instance_is_known_once(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], found: list[str]
) -> None:
    """Also where each has an address of either family."""
    resolve_to(monkeypatch, *addresses)
    assert instances("http://pods:8501") == found


def test_a_name_without_addresses_has_no_instances() -> None:
    assert instances("http://nowhere.invalid:80") == []


def test_all_instances_are_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two servers at one port of two addresses, each with a page of its own."""
    with workspace.running() as one, workspace.running(host="127.0.0.2", port=one.port):
        resolve_to(monkeypatch, "127.0.0.1", "127.0.0.2")
        counters = Counters(f"http://pods:{one.port}", several=True)
        assert counters.read(METRICS) == {
            f"http://127.0.0.{number}:{one.port}": 7 for number in (1, 2)
        }
        count = counting(counters, METRICS)
        assert count(0, is_hurried=False) == CounterTotals(0)
    problem = f"the count of http://127.0.0.1:{one.port} can't be read"
    assert count(0, is_hurried=True) == CounterTotals(None, problem)


def test_who_has_no_counter_has_no_count() -> None:
    assert counting(None, METRICS)(5, is_hurried=False) == CounterTotals(None)
    assert counting(Counters(A), None)(5, is_hurried=False) == CounterTotals(None)


def test_a_count_may_come_late() -> None:
    counts: Iterator[int] = iter([8, 9, 10, 99])
    assert settled(lambda: CounterTotals(next(counts)), expected=10, timeout_s=5) == CounterTotals(
        10
    )


@pytest.mark.parametrize("totals", [CounterTotals(8), CounterTotals(None, "gone")])
def test_a_count_that_never_comes_is_not_waited_for_forever(totals: CounterTotals) -> None:
    assert settled(lambda: totals, expected=10, timeout_s=0.05) == totals
