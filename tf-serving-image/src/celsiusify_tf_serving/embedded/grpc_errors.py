"""Ends a gRPC call with an error."""

from typing import Any, Final

import grpc

from celsiusify_tf_serving.embedded.errors import ServingError

MAX_MESSAGE_CHARS: Final = 1024


async def abort(context: Any, error: ServingError) -> None:
    """End a call with an error."""
    message = error.message
    if len(message) > MAX_MESSAGE_CHARS:
        message = message[:MAX_MESSAGE_CHARS] + "...TRUNCATED"
    await context.abort(grpc.StatusCode[error.code.name], message)
