"""How long to wait where something is wrong that may pass by itself."""

import time
from collections.abc import Callable

from celsiusify_cluster.trouble import Trouble

PATIENCE_S = 20.0
"""A pull is tried again after ten seconds, and then after twenty."""


class Patience:
    """Watches a trouble until it is time to give up.

    Args:
        node_is_coming: Tells of a pod that fits no node whether it will.

    Attributes:
        seen: What is wrong now.
    """

    def __init__(self, node_is_coming: Callable[[str], bool]) -> None:
        self._node_is_coming = node_is_coming
        self.seen: Trouble | None = None
        self._since_s: float | None = None

    def is_lost(self, trouble: Trouble | None) -> bool:
        """Note what there is now; is it for good, or has it lasted too long?"""
        self.seen = trouble
        if trouble is None:
            self._since_s = None
            return False
        self._since_s = self._since_s or time.monotonic()
        if time.monotonic() - self._since_s <= PATIENCE_S:
            return not trouble.may_pass
        return trouble.homeless is None or not self._node_is_coming(trouble.homeless)
