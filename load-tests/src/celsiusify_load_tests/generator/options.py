"""The options that our locustfile adds to Locust's, for the command line or the environment."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace

from celsiusify_load_tests.config.load_model import ARRIVALS

LOADS = ("closed", *ARRIVALS)
_ENVIRONMENT_PREFIX = "CELSIUSIFY_"
# What can be changed from load to load on the page of Locust's web UI.
_ON_PAGE = (
    "connection",
    "think_min_s",
    "think_max_s",
    "fahrenheit_min",
    "fahrenheit_max",
    "seed",
    "read_timeout_s",
)
_PAGE_FLAGS = ("include_in_web_ui", "is_secret", "is_required", "is_multiple")
_OWN = ("targets_file", "spool_dir", "process_number")


@dataclass(frozen=True)
class Options:
    """The options' values; the reference profile where nothing else is said.

    They are plain texts and numbers because a Locust master sends them to its workers.
    """

    targets_file: str = "targets.yaml"
    target: str = ""
    run_name: str = "run"
    round: int = 0
    spool_dir: str = ""
    process_number: int = -1
    think_min_s: float = 0.005
    think_max_s: float = 0.1
    fahrenheit_min: float = 0.0
    fahrenheit_max: float = 1000.0
    seed: int = 1
    load: str = "closed"
    rate: float = 0.0
    steps: str = ""
    max_in_flight: int = 1000
    connection: str = "keep-alive"
    warm_up_s: float = 0.0
    measure_s: float = 0.0
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0


_HELP = {
    "targets_file": "the targets.yaml that describes the target",
    "target": "the target's name in it",
    "run_name": "what to call the run in the record",
    "round": "which load of this target in the run it is, from 0",
    "spool_dir": "a folder, empty or new, to record to; none: a temporary one",
    "process_number": "this process's number among all that make the load; -1: Locust gives it",
    "think_min_s": "shortest pause of a user between requests, in seconds",
    "think_max_s": "longest pause",
    "fahrenheit_min": "lowest temperature to ask for, in °F",
    "fahrenheit_max": "highest whole one; a random fraction is added",
    "seed": "what the users' random choices follow from",
    "load": "closed: users who think; constant, poisson: arrivals that wait for no answer",
    "rate": "arrivals a second of an open load",
    "steps": "how that rate goes after the warm-up: SECONDS:SHARE,SECONDS:SHARE …; empty: it stays",
    "max_in_flight": "requests of an open load that may be out at a time",
    "connection": "keep-alive, per-request, or rotate:N to hang up after N requests",
    "warm_up_s": "seconds that all users run before what they do is measured",
    "measure_s": "seconds after that until the run ends; 0 leaves its end to Locust",
    "connect_timeout_s": "seconds until a connection must stand",
    "read_timeout_s": "seconds until a whole answer must have come",
}


def add_options(parser: ArgumentParser) -> None:
    """Add the options to Locust's parser, which knows `env_var`."""
    group = parser.add_argument_group(
        "Celsiusify", "What to ask, of which target, and where to record it"
    )
    for name, default in vars(Options()).items():
        action = group.add_argument(
            "--" + name.replace("_", "-"),
            type=type(default),
            default=default,
            help=f"{_HELP[name]}; default: {default}",
            env_var=_ENVIRONMENT_PREFIX + name.upper(),
        )
        for flag in _PAGE_FLAGS:
            setattr(action, flag, flag == "include_in_web_ui" and name in _ON_PAGE)


def options_of(parsed: Namespace | None) -> Options:
    """Pick ours from all of Locust's options."""
    return Options(**{name: getattr(parsed, name) for name in vars(Options())})


def with_own(given: Options, own: Options) -> Options:
    """What a Locust master says, but for a worker's own files and number, where it has any.

    Args:
        given: The options that came from the master.
        own: Those of the worker's own command line and environment.
    """
    unsaid = Options()
    said = {name: getattr(own, name) for name in _OWN}
    return replace(
        given, **{name: value for name, value in said.items() if value != getattr(unsaid, name)}
    )
