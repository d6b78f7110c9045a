"""Closing a listening socket without resetting connections that have been made already."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from gevent import socket

# Linux, include/uapi/asm-generic/socket.h
SO_BINDTOIFINDEX = 62

NO_INTERFACE = 2**31 - 1
"""The highest index that an interface can have: no machine counts that far."""


def refuse_newcomers(listener: socket.socket) -> None:
    """Make the kernel refuse who wants to connect, for every process that shares a listener.

    The listener is bound to an interface that doesn't exist, so that nothing new is for it. It
    keeps the connections that have been made, and half made ones can still be completed. Nobody
    who is refused has sent a request. Only Linux can do that: elsewhere a stop under load may
    reset a connection that has just been made.

    Source: Linux, `sock_bindtoindex` in net/core/sock.c: it needs no capability, but for a second
    time, when another process has done it already.
    """
    if sys.platform != "linux":
        return
    with suppress(PermissionError):
        listener.setsockopt(socket.SOL_SOCKET, SO_BINDTOIFINDEX, NO_INTERFACE)


def connections_waiting(listener: socket.socket) -> Iterator[tuple[socket.socket, Any]]:
    """Accept the connections that have been made, without waiting for others."""
    listener.setblocking(False)
    while True:
        try:
            yield listener.accept()
        except BlockingIOError:
            return
