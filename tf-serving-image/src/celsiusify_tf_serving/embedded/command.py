"""The embedded server's command: reads the flags and runs the server."""

import asyncio
import logging
from collections.abc import Sequence
from importlib.metadata import version

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.flags import FlagError, Flags, parse_flags, usage

LOGGER = logging.getLogger(__name__)

# The real server's exit code if it can't start.
FAILED = 255


def main(argv: Sequence[str]) -> int:
    """Run the embedded server until a signal stops the process.

    Returns:
        0 after a signal, 255 if the server can't start.
    """
    try:
        flags, unknown = parse_flags(argv)
    except FlagError as error:
        _print(f"{error}\n{usage()}")
        return FAILED
    if flags.version:
        _print(f"TensorFlow ModelServer: {version('tensorflow-serving-api')}")
        _print(f"TensorFlow Library: {version('tensorflow')}")
        return 0
    _configure_log()
    for argument in unknown:
        _print(f"unknown argument: {argument}\n{usage()}")
    try:
        _check(flags)
        _serve(flags)
    except ServingError as error:
        _print(f"Failed to start server. Error: {error}")
        return FAILED
    return 0


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command prints


def _configure_log() -> None:
    """Write this package's log to stderr, with the time of each line."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s.%(msecs)03d: %(message)s", "%Y-%m-%d %H:%M:%S")
    )
    logger = logging.getLogger(__package__)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [handler]


def _check(flags: Flags) -> None:
    """Check the flags before importing TensorFlow, which takes seconds."""
    if not flags.model_base_path and not flags.model_config_file:
        raise invalid(
            "Both server_options.model_base_path and server_options.model_config_file are empty!"
        )
    if not flags.port and not flags.grpc_socket_path:
        raise invalid(
            "At least one of server_options.grpc_port or server_options.grpc_socket_path"
            " must be set."
        )
    for name in flags.changed("refused"):
        raise ServingError(Code.UNIMPLEMENTED, f"the embedded server doesn't offer --{name}")
    for name in flags.changed("ignored"):
        LOGGER.warning("--%s has no effect on the embedded server", name)


def _serve(flags: Flags) -> None:
    import uvloop

    from celsiusify_tf_serving.embedded.server import serve

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(flags))
