"""What an engine is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from celsiusify_tf_serving.settings import Settings


@dataclass(frozen=True)
class Finding:
    """What a look at this machine gave.

    Attributes:
        available: Whether the engine can serve.
        reason: Why it can, or can't.
    """

    available: bool
    reason: str


class Engine(Protocol):
    """A way to run TensorFlow Serving, or what stands in for it."""

    name: str
    """What a run's metadata and the report call it."""

    caveat: str | None
    """What has to be said wherever figures of this engine are shown."""

    def find(self) -> Finding:
        """Look whether this machine has it."""
        ...

    def version(self) -> str:
        """Tell the server's version; asked only of an engine that was found."""
        ...

    def serve(self) -> int:
        """Serve until stopped, and give the exit code; may replace this process."""
        ...


EngineClass = Callable[[Settings], Engine]
