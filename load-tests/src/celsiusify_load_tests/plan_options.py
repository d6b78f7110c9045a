"""The options that all verbs have which load targets, and the plan that follows from them."""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from celsiusify_load_tests.arguments import (
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
from celsiusify_load_tests.cores import Split, for_load_on
from celsiusify_load_tests.distributed.talk import (
    CONTROL_PORT,
    LISTEN,
    LOCUST_PORT,
    WORKER_TIMEOUT_S,
    Distribution,
)
from celsiusify_load_tests.errors import LoadTestError, ServingError
from celsiusify_load_tests.homeward import HOLD_S, LIMIT_BYTES, Way
from celsiusify_load_tests.hosts import by_target, check_counters
from celsiusify_load_tests.load_model import MAX_IN_FLIGHT, LoadModel
from celsiusify_load_tests.plan import Plan
from celsiusify_load_tests.policy import KEEP_ALIVE
from celsiusify_load_tests.profiles import Profile
from celsiusify_load_tests.serving import prepare
from celsiusify_load_tests.targets import Target, find_targets, read_targets

ALL = "all"
DEFAULT_ORDER = "abba"
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


def make_plan(
    options: argparse.Namespace,
    command: str,
    profile: Profile,
    load: LoadModel,
    rounds: int = 1,
    order: str = DEFAULT_ORDER,
) -> tuple[Plan, Split]:
    """The plan, and the cores that it is carried out on.

    Raises:
        LoadTestError: If the targets that are named can't be loaded, or none is.
    """
    targets = _targets(options)
    names = [target.name for target in targets]
    hosts = by_target(options.host, names, "--host")
    counters = by_target(options.counters, names, "--counters")
    check_counters(counters, hosts)
    _check(targets, hosts, options.targets_file)
    split = for_load_on([hosts.get(name) for name in names])
    distribution = _distribution(options, hosts, names)
    plan = Plan(
        targets=targets,
        targets_file=options.targets_file,
        profile=profile,
        load=load,
        policy=options.connection or KEEP_ALIVE,
        rounds=rounds,
        order=order,
        calibrated=not options.no_calibration,
        hosts=hosts,
        counters=counters,
        processes=_processes(options, split, distribution, profile, load),
        seed=options.seed,
        results=options.results,
        start_timeout_s=options.start_timeout,
        command=command,
        way_home=_way_home(options),
        distribution=distribution,
    )
    return plan, split


def _distribution(
    options: argparse.Namespace, hosts: Mapping[str, str], names: list[str]
) -> Distribution | None:
    if not options.workers:
        return None
    for name in names:
        if name not in hosts:
            raise LoadTestError(f"--workers needs --host {name}=URL: where all of them reach it")
    return Distribution(
        workers=options.workers,
        processes=options.processes or 1,
        listen=options.listen or LISTEN,
        control_port=options.control_port or CONTROL_PORT,
        locust_port=options.locust_port or LOCUST_PORT,
        worker_timeout_s=options.worker_timeout or WORKER_TIMEOUT_S,
    )


def _processes(
    options: argparse.Namespace,
    split: Split,
    distribution: Distribution | None,
    profile: Profile,
    load: LoadModel,
) -> int:
    """How many processes make the load, in all; each needs a user."""
    if distribution is None:
        return min(options.processes or split.processes, profile.users)
    processes = distribution.workers * distribution.processes
    if load.rate_rps is None and processes > profile.users:
        raise LoadTestError(f"{profile.users} users are too few for {processes} load processes")
    return processes


def _way_home(options: argparse.Namespace) -> Way | None:
    if not options.frames:
        return None
    hold_s = HOLD_S if options.hold is None else float(options.hold)
    return Way(options.frames_limit or LIMIT_BYTES, hold_s)


def _targets(options: argparse.Namespace) -> list[Target]:
    known = read_targets(options.targets_file)
    of_all = [name for name, target in known.items() if target.in_all]
    names = of_all if options.targets == [ALL] else list(dict.fromkeys(options.targets))
    if not names:
        raise LoadTestError(f"name a target: {', '.join(known)} or {ALL}")
    return find_targets(options.targets_file, names)


def _check(targets: list[Target], hosts: Mapping[str, str], targets_file: Path) -> None:
    """Find out at once, not after the first target's load, that another can't be loaded."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError as problem:
        raise LoadTestError("can't write temporary files: mount /tmp, or set TMPDIR") from problem
    for target in targets:
        target.client(hosts.get(target.name))  # refuses what isn't of its protocol
    _check_installed([target for target in targets if target.name not in hosts], targets_file)


def _check_installed(targets: list[Target], targets_file: Path) -> None:
    for target in targets:
        try:
            prepare(target, targets_file.resolve().parent, Path("pid"))
        except ServingError as problem:
            raise ServingError(f"{target.name}: {problem}") from problem
