"""Closing a listening socket without resetting connections that have been made already."""

import ctypes
import struct
import sys
from collections.abc import Iterator
from typing import Any

from gevent import socket

# Linux, include/uapi/asm-generic/socket.h
SO_ATTACH_FILTER = 26

# A program for Linux's packet filter, each line an operation, two jumps and an operand. It sees a
# packet from the TCP header on. See include/uapi/linux/bpf_common.h, and RFC 9293, section 3.1.
DROP_SYN = (
    (0x30, 0, 0, 13),  # load the byte that holds the flags
    (0x45, 0, 1, 0x02),  # go on if SYN is set, else skip a line
    (0x06, 0, 0, 0),  # keep nothing of the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # keep all of it
)


def refuse_newcomers(listener: socket.socket) -> None:
    """Make the kernel overlook who wants to connect, for every process that shares a listener.

    They wait, as if the packet had been lost, and are refused once the listener is closed: nobody
    has sent a request by then. Connections that are half made can still be completed. Only Linux
    can do that: elsewhere a stop under load may reset a connection that has just been made.

    Source: Linux, Documentation/networking/filter.rst.
    """
    if sys.platform != "linux":
        return
    code = b"".join(struct.pack("HBBI", *line) for line in DROP_SYN)
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(DROP_SYN), ctypes.addressof(memory))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def connections_waiting(listener: socket.socket) -> Iterator[tuple[socket.socket, Any]]:
    """Accept the connections that have been made, without waiting for others."""
    listener.setblocking(False)
    while True:
        try:
            yield listener.accept()
        except BlockingIOError:
            return
