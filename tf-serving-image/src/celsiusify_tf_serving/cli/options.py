"""The command's options."""

import argparse
import os
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from celsiusify_tf_serving.engines import ENGINES
from celsiusify_tf_serving.engines.selection import AUTO
from celsiusify_tf_serving.errors import ServingError
from celsiusify_tf_serving.exported_model import locate
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT, Settings

IMAGE = "celsiusify/tf-serving-image"


class Parser(argparse.ArgumentParser):
    """Reports a wrong option as one line, and never takes a part of a flag's name for another's."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options, allow_abbrev=False)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raise, where argparse prints the usage and leaves."""
        raise ServingError(message)


def parse(arguments: list[str]) -> tuple[str, str, Settings]:
    """Read the command line.

    Returns:
        The subcommand, the engine that is asked for, and what is to be served.

    Raises:
        ServingError: If an option is wrong, or there's no model to serve.
    """
    options, flags = _parser().parse_known_args(arguments)
    for flag in flags:
        if not flag.startswith("--"):
            raise ServingError(f"expected flags as --name=value, not {flag!r}")
    settings = Settings(
        model_dir=locate(options.model_base_path),
        image=options.image,
        rest_api_port=options.rest_api_port,
        port=options.port,
        batching=options.batching,
        pid_file=options.pid_file,
        flags=tuple(flags),
    )
    return options.command, options.engine, settings


def _parser() -> Parser:
    parser = Parser(
        prog="celsiusify-tf-serving",
        description="Serve the model by TensorFlow Serving, or by what comes closest here.",
        epilog="Exit codes: the server's own; 2 wrong usage, engine or model not there.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve|describe")
    for name, what in (
        (
            "serve",
            "start the server and stay until it ends; more flags go to the server as they are",
        ),
        ("describe", "print as JSON what `serve` with the same options would start"),
    ):
        _add_options(commands.add_parser(name, help=what, description=what))
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    environment = os.environ.get
    add = parser.add_argument
    add(
        "--engine",
        type=_engine,
        default=environment("CELSIUSIFY_ENGINE", AUTO),
        help="auto, binary, container or embedded; auto takes the first of them that is here "
        "(default: CELSIUSIFY_ENGINE, or auto)",
    )
    add(
        "--image",
        default=environment("CELSIUSIFY_IMAGE") or default_image(),
        help="of the container (default: CELSIUSIFY_IMAGE, or %(default)s)",
    )
    add("--model_base_path", type=Path, metavar="DIR", help="default: the model of `make export`")
    add("--rest_api_port", type=_port, default=REST_API_PORT, help="0: no REST (%(default)s)")
    add("--port", type=_port, default=GRPC_PORT, help="of gRPC (%(default)s)")
    add("--pid_file", type=Path, metavar="FILE", help="write the server's process id there")
    add(
        "--batching",
        action="store_true",
        default=environment("CELSIUSIFY_BATCHING", "").lower() in ("1", "true"),
        help="merge requests by the shipped parameters (default: CELSIUSIFY_BATCHING, or off)",
    )


def default_image() -> str:
    """Name the image that `make image` builds."""
    return f"{IMAGE}:{os.environ.get('VERSION') or version('celsiusify-tf-serving-image')}"


def _engine(text: str) -> str:
    if text in (known := [AUTO, *ENGINES]):
        return text
    raise argparse.ArgumentTypeError(f"expected one of {', '.join(known)}, not {text!r}")


def _port(text: str) -> int:
    if text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, not {text!r}")
