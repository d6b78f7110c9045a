"""The interface of an engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from celsiusify_tf_serving.settings import Settings


@dataclass(frozen=True)
class Availability:
    """The result of a search for an engine on this machine.

    Attributes:
        is_available: Whether the engine can serve.
        reason: Why the engine can or can't serve.
    """

    is_available: bool
    reason: str


class Engine(Protocol):
    """A way to run TensorFlow Serving, or its stand-in."""

    name: str
    """The engine's name in a run's metadata and in the report."""

    caveat: str | None
    """A sentence that must accompany each figure of this engine, or None."""

    def find(self) -> Availability:
        """Search this machine for the engine."""
        ...

    def version(self) -> str:
        """Return the server's version; call this only after a successful search."""
        ...

    def serve(self) -> int:
        """Serve until stopped and return the exit code; may replace this process."""
        ...


EngineClass = Callable[[Settings], Engine]
