"""Answer HTTP/1.1 requests as a null server, always with the same body."""

import re
from collections.abc import Callable

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


def http_replies(body: bytes) -> Callable[[bytes], bytes]:
    """Answer every request with `body`; see `registry.Replies`."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    answer = head.encode() + _END_OF_HEAD + body
    unanswered = b""

    def reply(data: bytes) -> bytes:
        nonlocal unanswered
        unanswered += data
        requests = 0
        while (end := unanswered.find(_END_OF_HEAD)) >= 0:
            length = _LENGTH.search(unanswered, 0, end)
            end += len(_END_OF_HEAD) + (int(length[1]) if length else 0)
            if len(unanswered) < end:
                break
            unanswered = unanswered[end:]
            requests += 1
        return answer * requests

    return reply
