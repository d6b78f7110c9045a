from itertools import islice
from math import inf
from random import Random

import pytest

from celsiusify_load_tests.config.connection_policy import (
    ConnectionLifetime,
    ConnectionPolicy,
    read_policy,
)


@pytest.mark.parametrize(
    ("text", "requests", "words"),
    [
        ("keep-alive", None, "connections are kept"),
        ("per-request", 1, "a connection for each request"),
        ("rotate:2000", 2000, "a connection for each 2,000 requests"),
    ],
)
def test_a_policy_is_read_and_told(text: str, requests: int | None, words: str) -> None:
    policy = read_policy(text)
    assert (policy.requests, policy.describe(), str(policy)) == (requests, words, text)


def test_hanging_up_after_each_request_has_one_name() -> None:
    assert str(read_policy("rotate:1")) == "per-request"


@pytest.mark.parametrize("text", ["", "keep", "rotate", "rotate:", "rotate:0", "rotate:x", "close"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected keep-alive, per-request or rotate:N, got"):
        read_policy(text)


def test_a_kept_connection_carries_any_number_of_requests() -> None:
    assert list(islice(ConnectionPolicy().limits(Random(1)), 3)) == [inf] * 3


def test_users_do_not_change_connections_together() -> None:
    """Their first are hung up after 1 to N requests, all alike probable; the others after N."""
    limits = [list(islice(ConnectionPolicy(10).limits(Random(i)), 3)) for i in range(2000)]
    assert {tuple(later) for _, *later in limits} == {(10, 10)}
    firsts = [first for first, *_ in limits]
    assert set(firsts) == set(range(1, 11))
    assert all(150 < firsts.count(number) < 250 for number in range(1, 11))


def test_a_users_choices_can_be_had_again() -> None:
    one, two = (ConnectionLifetime(ConnectionPolicy(1000), Random("a")) for _ in range(2))
    assert [one.next_limit(), one.chance.random()] == [two.next_limit(), two.chance.random()]
