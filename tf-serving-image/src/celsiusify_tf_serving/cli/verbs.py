"""The verbs `serve` and `describe`, which take the same options."""

import json
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import click

from celsiusify_tf_serving.cli.main import DISTRIBUTION, PROGRAM, VERBS
from celsiusify_tf_serving.engines.engine import Engine
from celsiusify_tf_serving.engines.selection import AUTO, ENGINES, choose
from celsiusify_tf_serving.engines.selection import describe as describe_engine
from celsiusify_tf_serving.exit_codes import ExitCode
from celsiusify_tf_serving.exported_model import locate
from celsiusify_tf_serving.settings import GRPC_PORT, REST_API_PORT, Settings

IMAGE = "celsiusify/tf-serving-image"
MAX_PORT = 2**16 - 1


class PortType(click.ParamType[int]):
    """A TCP port, or 0 for no port."""

    name = "port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read a port."""
        text = str(value)
        if not (text.isdecimal() and int(text) <= MAX_PORT):
            self.fail(f"expected a port from 0 to {MAX_PORT}, not {text!r}", param, ctx)
        return int(text)


class PathType(click.ParamType[Path]):
    """A path that isn't empty."""

    name = "path"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Read a path."""
        if not str(value):
            self.fail("expected a path, not an empty value", param, ctx)
        return Path(str(value))


def default_image() -> str:
    """Return the name of the image that `make image` builds."""
    return f"{IMAGE}:{os.environ.get('VERSION') or version(DISTRIBUTION)}"


def _check_image(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not value:
        raise click.BadParameter("expected the name of an image, not an empty value")
    return value


def _check_flags(
    _ctx: click.Context, _param: click.Parameter, flags: Sequence[str]
) -> tuple[str, ...]:
    for flag in flags:
        if not flag.startswith("--"):
            raise click.UsageError(f"expected flags as --name=value, not {flag!r}")
    return tuple(flags)


OPTIONS = (
    click.Option(
        ["--engine"],
        type=click.Choice([AUTO, *ENGINES]),
        default=AUTO,
        show_default=True,
        envvar="CELSIUSIFY_ENGINE",
        show_envvar=True,
        help="What serves; auto takes the first engine that this machine has.",
    ),
    click.Option(
        ["--image"],
        default=default_image,
        show_default=f"{IMAGE}:VERSION",
        callback=_check_image,
        envvar="CELSIUSIFY_IMAGE",
        show_envvar=True,
        help="Image of the engine container.",
    ),
    click.Option(
        ["--batching"],
        is_flag=True,
        envvar="CELSIUSIFY_BATCHING",
        show_envvar=True,
        help="Merge requests by the shipped batching parameters.",
    ),
    click.Option(
        ["--model_base_path"],
        type=PathType(),
        metavar="DIR",
        help="Folder of the model's versions; default: the model of `make export`.",
    ),
    click.Option(
        ["--rest_api_port"],
        type=PortType(),
        default=REST_API_PORT,
        show_default=True,
        metavar="N",
        help="TCP port of REST; 0 for none.",
    ),
    click.Option(
        ["--port"],
        type=PortType(),
        default=GRPC_PORT,
        show_default=True,
        metavar="N",
        help="TCP port of gRPC; 0 for none.",
    ),
    click.Option(
        ["--pid_file"],
        type=PathType(),
        metavar="FILE",
        help="Write the id of the process that serves to FILE.",
    ),
    click.Argument(
        ["flags"],
        nargs=-1,
        type=click.UNPROCESSED,
        metavar="[--FLAG=VALUE]...",
        callback=_check_flags,
    ),
)
FLAGS_HELP = "Any other --FLAG goes to the server and replaces a flag that the command would set."


def _make_command(name: str, run: Callable[[Engine, str, Settings], int]) -> click.Command:
    """Make a verb that chooses an engine by the options and calls `run` with it."""

    def choose_and_run(
        *,
        engine: str,
        image: str,
        batching: bool,
        model_base_path: Path | None,
        rest_api_port: int,
        port: int,
        pid_file: Path | None,
        flags: tuple[str, ...],
    ) -> int:
        settings = Settings(
            model_dir=locate(model_base_path),
            image=image,
            rest_api_port=rest_api_port,
            port=port,
            batching=batching,
            pid_file=pid_file,
            flags=flags,
        )
        chosen, reason = choose(engine, settings)
        return run(chosen, reason, settings)

    return click.Command(
        name,
        params=list(OPTIONS),
        callback=choose_and_run,
        help=f"{VERBS[name]}\n\n{FLAGS_HELP}",
        context_settings={"ignore_unknown_options": True},
    )


def _serve(engine: Engine, reason: str, settings: Settings) -> int:
    _say(f"engine {engine.name}: {reason}")
    if engine.caveat:
        _say(engine.caveat)
    ports = f"REST {settings.rest_api_port or 'off'}, gRPC {settings.port or 'off'}"
    _say(f"serving {settings.model_dir}, {ports}")
    return engine.serve()


def _say(line: str) -> None:
    """Print a line before the server takes over."""
    click.echo(f"{PROGRAM}: {line}", err=True)


def _describe(engine: Engine, reason: str, settings: Settings) -> int:
    description = describe_engine(engine, reason, settings)
    click.echo(json.dumps(description, indent=2, ensure_ascii=False))
    return ExitCode.OK


serve = _make_command("serve", _serve)
describe = _make_command("describe", _describe)
