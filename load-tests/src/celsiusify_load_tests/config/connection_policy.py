"""Define when users open new connections.

A kept connection stays with the server that accepted it. Where a cluster adds servers, only new
connections reach them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from math import inf
from random import Random

_ROTATE = re.compile(r"rotate:([1-9]\d{0,8})")
_KEPT, _NEVER_KEPT = "keep-alive", "per-request"


@dataclass(frozen=True)
class ConnectionPolicy:
    """The number of requests that a connection carries; None for any number."""

    requests: int | None = None

    def __str__(self) -> str:
        if self.requests is None:
            return _KEPT
        return _NEVER_KEPT if self.requests == 1 else f"rotate:{self.requests}"

    def describe(self) -> str:
        """Return the policy in words."""
        if self.requests is None:
            return "connections are kept"
        many = "request" if self.requests == 1 else f"{self.requests:,} requests"
        return f"a connection for each {many}"

    def limits(self, chance: Random) -> Iterator[float]:
        """Yield the number of requests that each connection of a user carries.

        The first number is random, so that users who start together don't reconnect together.
        """
        if self.requests is None:
            yield from repeat(inf)
            return
        yield chance.randint(1, self.requests)
        yield from repeat(self.requests)


KEEP_ALIVE = ConnectionPolicy()


def read_policy(text: str) -> ConnectionPolicy:
    """Read `keep-alive`, `per-request` or `rotate:N`.

    Raises:
        ValueError: If the text has another form.
    """
    if text == _KEPT:
        return ConnectionPolicy()
    if text == _NEVER_KEPT:
        return ConnectionPolicy(1)
    if found := _ROTATE.fullmatch(text):
        return ConnectionPolicy(int(found[1]))
    raise ValueError(f"expected {_KEPT}, {_NEVER_KEPT} or rotate:N, got {text!r}")


class ConnectionLifetime:
    """The lifetimes of one user's connections.

    Args:
        policy: The connection policy.
        chance: The source of the user's random choices; None if they needn't be reproducible.
    """

    def __init__(self, policy: ConnectionPolicy = KEEP_ALIVE, chance: Random | None = None) -> None:
        self.chance = chance or Random()
        self._limits = policy.limits(self.chance)

    def next_limit(self) -> float:
        """Return the number of requests that the next connection carries."""
        return next(self._limits)
