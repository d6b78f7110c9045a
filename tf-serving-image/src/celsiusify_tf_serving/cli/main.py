"""The command `celsiusify-tf-serving`."""

import json
import sys

from celsiusify_tf_serving.cli.options import parse
from celsiusify_tf_serving.engines import Engine
from celsiusify_tf_serving.engines.description import describe
from celsiusify_tf_serving.engines.selection import choose
from celsiusify_tf_serving.errors import ServingError
from celsiusify_tf_serving.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit code: the server's own, or 2 if it can't be started as asked.
    """
    try:
        command, option, settings = parse(sys.argv[1:] if arguments is None else arguments)
        engine, reason = choose(option, settings)
        return COMMANDS[command](engine, reason, settings)
    except ServingError as error:
        print(f"celsiusify-tf-serving: {error}", file=sys.stderr)
        return 2


def _serve(engine: Engine, reason: str, settings: Settings) -> int:
    ports = f"REST {settings.rest_api_port or 'off'}, gRPC {settings.port or 'off'}"
    say(f"engine {engine.name}: {reason}")
    if engine.caveat:
        say(engine.caveat)
    say(f"serving {settings.model_dir}, {ports}")
    return engine.serve()


def _describe(engine: Engine, reason: str, settings: Settings) -> int:
    print(json.dumps(describe(engine, reason, settings), indent=2, ensure_ascii=False))
    return 0


COMMANDS = {"serve": _serve, "describe": _describe}


def say(line: str) -> None:
    """Tell whoever watches, before the server takes over."""
    print(f"celsiusify-tf-serving: {line}", file=sys.stderr, flush=True)
