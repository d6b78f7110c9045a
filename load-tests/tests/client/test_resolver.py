"""A name's addresses are looked up for all together, and chosen from at random."""

import socket
from collections import Counter
from random import Random
from typing import Any

import gevent
import pytest

from celsiusify_load_tests.client import resolver
from celsiusify_load_tests.client.resolver import Addresses


class Names:
    """A name server: what it is asked, and what it answers."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = list(hosts)
        self.asked = 0

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        """Answer, after a moment in which others run."""
        self.asked += 1
        gevent.sleep(0.01)
        if not self.hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, port))
            for each in self.hosts
        ]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Answers all that is asked, with three addresses."""
    made = Names("10.0.0.1", "10.0.0.2", "10.0.0.3")
    monkeypatch.setattr("gevent.socket.getaddrinfo", made)
    return made


def first(found: Addresses, chance: Random) -> str:
    """The host that is tried first."""
    host: str = found.shuffled(chance)[0][3][0]
    return host


def test_new_connections_are_spread_over_all_addresses(names: Names) -> None:
    """A third of them each; and one seed chooses the same again."""
    pods = Addresses("pods", 80)
    tried = [first(pods, Random(f"user {user}")) for user in range(300)]
    assert tried == [first(pods, Random(f"user {user}")) for user in range(300)]
    assert sorted(Counter(tried)) == names.hosts
    assert min(Counter(tried).values()) > 70


def test_all_addresses_are_there_to_be_tried(names: Names) -> None:
    assert sorted(to[0] for *_, to in Addresses("pods", 80).shuffled(Random(1))) == names.hosts


def test_a_family_that_the_system_prefers_comes_first(names: Names) -> None:
    names.hosts = ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"]
    pods = Addresses("pods", 80)
    for seed in range(20):
        assert [":" in to[0] for *_, to in pods.shuffled(Random(seed))] == [
            True,
            True,
            False,
            False,
        ]


def test_many_connections_cost_one_look_up(names: Names) -> None:
    pods = Addresses("pods", 80)
    users = [gevent.spawn(pods.shuffled, Random(user)) for user in range(100)]
    gevent.joinall(users, raise_error=True)
    assert names.asked == 1


def test_new_addresses_are_found(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    """While they are looked up, those of before serve, also where there are none any more."""
    monkeypatch.setattr(resolver, "CACHE_S", 0.0)
    pods = Addresses("pods", 80)
    pods.shuffled(Random(1))
    names.hosts = ["10.0.0.9"]
    assert len(pods.shuffled(Random(1))) == 3
    gevent.sleep(0.05)
    assert first(pods, Random(1)) == "10.0.0.9"
    names.hosts = []
    gevent.sleep(0.05)
    assert first(pods, Random(1)) == "10.0.0.9"


def test_a_name_without_address_is_asked_for_again(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "CACHE_S", 0.0)
    names.hosts = []
    pods = Addresses("pods", 80)
    with pytest.raises(socket.gaierror):
        pods.shuffled(Random(1))
    names.hosts = ["10.0.0.1"]
    assert first(pods, Random(1)) == "10.0.0.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_needs_no_look_up(names: Names, host: str) -> None:
    assert first(Addresses(host, 80), Random(1)) == host
    assert names.asked == 0
