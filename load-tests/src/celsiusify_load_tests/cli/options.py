"""The options that all verbs have which load targets."""

import argparse
from pathlib import Path

from celsiusify_load_tests.cli.types import (
    connection,
    count,
    named_host,
    named_pages,
    optional,
    port,
    positive,
    seconds,
    whole,
)
from celsiusify_load_tests.config.load_model import MAX_IN_FLIGHT
from celsiusify_load_tests.distributed.protocol import (
    CONTROL_PORT,
    LISTEN,
    LOCUST_PORT,
    WORKER_TIMEOUT_S,
)
from celsiusify_load_tests.export.exporter import HOLD_S, LIMIT_BYTES

ALL = "all"
TARGETS_FILE, RESULTS = Path("targets.yaml"), Path("results")
SEED = 1
START_TIMEOUT_S = 120.0


def add_targets_file(verb: argparse.ArgumentParser) -> None:
    """Add the option that says where targets are described."""
    verb.add_argument(
        "--targets",
        dest="targets_file",
        type=optional(Path, TARGETS_FILE),
        default=TARGETS_FILE,
        metavar="FILE",
        help="the description of the targets; default %(default)s",
    )


def add_plan_options(verb: argparse.ArgumentParser) -> None:
    """Add what any load needs to know."""
    verb.add_argument("targets", nargs="*", metavar="TARGET", help=f"names, or {ALL!r}")
    add_targets_file(verb)
    add = verb.add_argument
    add("--warm-up", type=optional(seconds), metavar="TIME", help="before that, not measured")
    add("--cool-down", type=optional(seconds), metavar="TIME", help="between two loads")
    add(
        "--max-in-flight",
        type=optional(count),
        metavar="N",
        help=f"requests of an open load that may be out at a time; default {MAX_IN_FLIGHT}",
    )
    add(
        "--connection",
        type=optional(connection),
        metavar="POLICY",
        help="keep-alive (the default), per-request, or rotate:N to hang up after N requests",
    )
    add("--no-calibration", action="store_true", help="don't try how fast the generator is")
    add(
        "--host",
        type=optional(named_host),
        action="append",
        default=[],
        metavar="[NAME=]URL",
        help="load a server that runs already; once for each target",
    )
    add(
        "--counters",
        type=optional(named_pages),
        action="append",
        default=[],
        metavar="[NAME=]URL",
        help="where each address of a name counts requests, for a --host that shares them out",
    )
    add(
        "--processes",
        type=optional(count),
        metavar="N",
        help="load-generating processes; by default one a core that is left for them, or one of "
        "each worker",
    )
    add_distribution(verb)
    add(
        "--seed",
        type=optional(int, SEED),
        default=SEED,
        metavar="N",
        help="what the inputs follow from; default %(default)s",
    )
    add(
        "--results",
        type=optional(Path, RESULTS),
        default=RESULTS,
        metavar="DIR",
        help="folder of all runs; default %(default)s",
    )
    add(
        "--start-timeout",
        type=optional(float, START_TIMEOUT_S),
        default=START_TIMEOUT_S,
        metavar="SECONDS",
        help="for a target to get healthy",
    )
    add("--quiet", action="store_true", help="show no progress")
    add_way_home(verb)


def add_distribution(verb: argparse.ArgumentParser) -> None:
    """Add what a run with workers on other machines needs to know."""
    add = verb.add_argument
    add(
        "--workers",
        type=optional(whole),
        metavar="N",
        help="let so many other machines make the load; default 0, this one does",
    )
    add("--listen", default="", metavar="ADDRESS", help=f"for them; default {LISTEN}")
    add("--control-port", type=optional(port), metavar="N", help=f"default {CONTROL_PORT}")
    add("--locust-port", type=optional(port), metavar="N", help=f"default {LOCUST_PORT}")
    add(
        "--worker-timeout",
        type=optional(positive),
        metavar="SECONDS",
        help=f"for all workers to come; default {WORKER_TIMEOUT_S:g}",
    )


def add_way_home(verb: argparse.ArgumentParser) -> None:
    """Add what a run does with its folder where nobody can reach that."""
    add = verb.add_argument
    add("--frames", action="store_true", help="print the run's files at its end; see `emit`")
    add(
        "--frames-limit",
        type=optional(count),
        metavar="BYTES",
        help=f"of gzip: hold more to be fetched with `emit`; default {LIMIT_BYTES}",
    )
    add(
        "--hold",
        type=optional(seconds),
        metavar="TIME",
        help=f"for how long; default {HOLD_S:g}s",
    )
