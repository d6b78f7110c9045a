"""The options of the verbs that load targets.

Those that describe the load come from the schema of a load specification: a value there that names
an option has that option here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from celsiusify_load_tests.cli.params import (
    COUNT,
    NAMED_PAGES,
    NAMED_URL,
    PORT,
    POSITIVE,
    TIME,
    matching,
)
from celsiusify_load_tests.config.load_spec import LoadSpec

ALL = "all"
Function = TypeVar("Function", bound=Callable[..., Any])
Schema = Mapping[str, Any]

_SEPARATOR = "__"


def load_options(
    excluded: Collection[str] = (), defaults: Mapping[str, object] | None = None
) -> Callable[[Function], Function]:
    """Add the options of a load specification.

    Args:
        excluded: The names of values whose options aren't added, e.g. `users` or `search`.
        defaults: The values of this verb that differ from the specification's, for its help.
    """

    def decorate(function: Function) -> Function:
        for path, value in reversed(list(_option_values(LoadSpec.model_json_schema()))):
            if path[0] not in excluded:
                value["default"] = (defaults or {}).get(path[0], value.get("default"))
                function = _load_option(path, value)(function)
        return function

    return decorate


def given_values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a specification that were given as options, nested as in a file."""
    values: dict[str, Any] = {}
    for path, _ in _option_values(LoadSpec.model_json_schema()):
        value = parameters.get(_SEPARATOR.join(path))
        if value is None:
            continue
        part = values
        for name in path[:-1]:
            part = part.setdefault(name, {})
        part[path[-1]] = value
    return values


def _option_values(
    schema: Schema, definitions: Schema | None = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Walk the values of a schema that have an option."""
    definitions = definitions or schema["$defs"]
    for name, value in schema["properties"].items():
        branch = _without_null(value)
        if "$ref" in branch:
            part = definitions[branch["$ref"].rpartition("/")[2]]
            yield from _option_values(part, definitions, (*path, name))
        elif "option" in value:
            yield (*path, name), {**branch, **value}


def _without_null(value: Schema) -> Schema:
    branches = [branch for branch in value.get("anyOf", []) if branch.get("type") != "null"]
    return branches[0] if len(branches) == 1 else value


def _load_option(path: tuple[str, ...], value: Schema) -> Callable[[Function], Function]:
    name = _SEPARATOR.join(path)
    if value["type"] == "boolean":
        about = f"don't {value['description']}"
        return click.option(value["option"], name, flag_value=False, default=None, help=about)
    is_range = value["type"] == "array"
    return click.option(
        value["option"],
        name,
        type=float if is_range else _type(value),
        nargs=2 if is_range else 1,
        metavar=value.get("metavar"),
        help=_help(value),
    )


def _type(value: Schema) -> click.ParamType[Any]:
    if value.get("metavar") == "TIME":
        return TIME
    if "enum" in value:
        return click.Choice(value["enum"])
    if value["type"] == "integer":
        return click.IntRange(min=value.get("minimum", value.get("exclusiveMinimum", -1) + 1))
    if value["type"] == "number":
        return POSITIVE
    if "pattern" in value:
        return matching(value["pattern"], "keep-alive, per-request or rotate:N")
    return click.STRING


def _help(value: Schema) -> str:
    default, text = value.get("default"), str(value["description"])
    return text if default is None else f"{text}; default {default}"


def _combined(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


targets_file_option = click.option(
    "--targets",
    "targets_file",
    type=click.Path(path_type=Path),
    default="targets.yaml",
    show_default=True,
    metavar="FILE",
    help="description of the targets",
)


def run_options(function: Function) -> Function:
    """Add the options about where the load is made, of what, and what becomes of its record."""
    return _combined(
        click.argument("names", nargs=-1, metavar="[TARGET]..."),
        targets_file_option,
        click.option(
            "--spec",
            "spec_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="load specification, as of an earlier run's load.json; options override it",
        ),
        click.option(
            "--host",
            "hosts",
            type=NAMED_URL,
            multiple=True,
            metavar="[NAME=]URL",
            help="address of a running server; once for each target",
        ),
        click.option(
            "--counters",
            type=NAMED_PAGES,
            multiple=True,
            metavar="[NAME=]URL",
            help="name whose every address counts requests, for a --host that distributes them",
        ),
        _distribution_options,
        click.option(
            "--results",
            type=click.Path(path_type=Path),
            default="results",
            show_default=True,
            metavar="DIR",
            help="folder of all runs",
        ),
        _export_options,
        click.option("--quiet", is_flag=True, help="show no progress"),
    )(function)


def _distribution_options(function: Function) -> Function:
    """Add the options of a run with workers on other machines."""
    return _combined(
        click.option(
            "--workers",
            type=click.IntRange(0),
            default=0,
            show_default=True,
            metavar="N",
            help="other machines that make the load; 0: this one does",
        ),
        click.option("--listen", metavar="ADDRESS", help="address for workers; default all"),
        control_port_option,
        click.option("--locust-port", type=PORT, metavar="N", help="port of Locust's master"),
        worker_timeout_option,
    )(function)


control_port_option = click.option(
    "--control-port", type=PORT, metavar="N", help="port of the leader"
)
worker_timeout_option = click.option(
    "--worker-timeout",
    type=POSITIVE,
    metavar="SECONDS",
    help="time for leader and workers to find each other",
)


def _export_options(function: Function) -> Function:
    """Add the options of a run whose folder is out of reach."""
    return _combined(
        click.option("--frames", is_flag=True, help="print the run's files at its end"),
        click.option(
            "--frames-limit",
            type=COUNT,
            metavar="BYTES",
            help="gzip size from which the files are held for `export` instead",
        ),
        click.option("--hold", "hold_s", type=TIME, metavar="TIME", help="time for which they are"),
    )(function)
