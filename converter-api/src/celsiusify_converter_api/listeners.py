"""Closing a listening socket without resetting connections that have been made already."""

import ctypes
import struct
from collections.abc import Iterator
from typing import Any

from gevent import socket

# Linux, include/uapi/asm-generic/socket.h and include/uapi/linux/bpf_common.h.
SO_ATTACH_FILTER = 26
BPF_RET = 0x06


def silence(listener: socket.socket) -> None:
    """Make the kernel drop whatever else comes to a listener, for every process that shares it.

    Who connects from now on waits, as if the packet had been lost, and is refused once the listener
    is closed: nobody has sent a request by then. The filter is a program of one instruction, which
    says to keep 0 bytes of each packet.

    Source: Linux, Documentation/networking/filter.rst.
    """
    keep_nothing = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RET, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(keep_nothing))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def connections_waiting(listener: socket.socket) -> Iterator[tuple[socket.socket, Any]]:
    """Accept the connections that have been made, without waiting for others."""
    listener.setblocking(False)
    while True:
        try:
            yield listener.accept()
        except BlockingIOError:
            return
