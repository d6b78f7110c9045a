"""Define the options that our locustfile adds to Locust's, for command line and environment.

The load itself is one option: the JSON text of a specification, or a file that holds one. Locust's
master sends all options to its workers, so they are plain texts and numbers.
"""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.profiles import read_spec, resolve
from celsiusify_load_tests.errors import LoadTestError

_ENVIRONMENT_PREFIX = "CELSIUSIFY_"
_ON_PAGE = ("connection", "think_time_s", "fahrenheit", "seed")
"""The values of a load that can change from load to load on the page of Locust's web UI."""
_PAGE_FLAGS = ("include_in_web_ui", "is_secret", "is_required", "is_multiple")
_OF_PROCESS = ("targets_file", "spool_dir", "process_number")


@dataclass(frozen=True)
class Options:
    """The values of the options; those of the page are JSON, or empty for the load's own."""

    targets_file: str = "targets.yaml"
    target: str = ""
    run_name: str = "run"
    round: int = 0
    spool_dir: str = ""
    process_number: int = -1
    load: str = ""
    timed: int = 0
    connection: str = ""
    think_time_s: str = ""
    fahrenheit: str = ""
    seed: str = ""

    def spec(self) -> LoadSpec:
        """Return the load that the options describe.

        Raises:
            LoadTestError: If a value makes no sense.
        """
        values = {name: text for name in _ON_PAGE if (text := getattr(self, name))}
        return resolve(_read_load(self.load) | {name: _read(values[name]) for name in values})


def _read_load(text: str) -> dict[str, Any]:
    if not text:
        return {}
    if not text.lstrip().startswith("{"):
        return read_spec(Path(text))
    try:
        values: dict[str, Any] = json.loads(text)
    except ValueError as problem:
        raise LoadTestError(f"--load: {problem}; expected JSON, or a file") from problem
    return values


def _read(text: str) -> Any:
    """Read a value as JSON; a text needs no quotes."""
    try:
        return json.loads(text)
    except ValueError:
        return text


_HELP = {
    "targets_file": "the targets.yaml that describes the target",
    "target": "the target's name in it",
    "run_name": "the run's name in the record",
    "round": "the number of this load of the target, from 0",
    "spool_dir": "a folder, empty or new, to record to; without one, a temporary folder",
    "process_number": "this process's number among all that make the load; -1: Locust gives it",
    "load": "load specification, as JSON or as a file; without one, the reference profile",
    "timed": "1: the load ends after its own warm-up and run time; 0: Locust ends it",
}


def add_options(parser: ArgumentParser) -> None:
    """Add the options to Locust's parser, which knows `env_var`."""
    group = parser.add_argument_group(
        "Celsiusify", "What to send to which target, and where to record it"
    )
    for name, default in vars(Options()).items():
        about = _HELP.get(name) or LoadSpec.model_fields[name].description
        action = group.add_argument(
            "--" + name.replace("_", "-"),
            type=type(default),
            default=default,
            help=about if default == "" else f"{about}; default: {default}",
            env_var=_ENVIRONMENT_PREFIX + name.upper(),
        )
        for flag in _PAGE_FLAGS:
            setattr(action, flag, flag == "include_in_web_ui" and name in _ON_PAGE)


def options_of(parsed: Namespace | None) -> Options:
    """Pick ours from all of Locust's options."""
    return Options(**{name: getattr(parsed, name) for name in vars(Options())})


def environment(load: LoadSpec) -> dict[str, str]:
    """Return the environment in which Locust begins with a load, and its page with its values.

    Raises:
        LoadTestError: If it is an open load, which Locust's page can't describe.
    """
    if load.is_open:
        raise LoadTestError(f"a {load.model} load has no users; Locust's web UI needs a closed one")
    content = load.model_dump(mode="json")
    ours = {name: _written(content[name]) for name in _ON_PAGE} | {"load": json.dumps(content)}
    locusts = {
        "LOCUST_USERS": load.users,
        "LOCUST_SPAWN_RATE": load.spawn_rate_per_s,
        "LOCUST_STOP_TIMEOUT": ceil(load.limits.stop_timeout_s),
    }
    return {
        **{_ENVIRONMENT_PREFIX + name.upper(): text for name, text in ours.items()},
        **{name: f"{value:g}" for name, value in locusts.items()},
    }


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def read_load_file(parsed: Namespace) -> None:
    """Replace a specification's file by its text: the workers of a master don't have the file.

    Raises:
        LoadTestError: If the file can't be read.
    """
    parsed.load = json.dumps(_read_load(parsed.load))


def with_own(masters: Options, own: Options) -> Options:
    """Return a Locust master's options with a worker's own files and number.

    Args:
        masters: The options that the master sent.
        own: The options of the worker's command line and environment.
    """
    defaults = Options()
    given = {name: getattr(own, name) for name in _OF_PROCESS}
    changed = {name: value for name, value in given.items() if value != getattr(defaults, name)}
    return replace(masters, **changed)
