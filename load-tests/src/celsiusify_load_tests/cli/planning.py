"""Make the plan that follows from the options of a verb, and match hosts with targets."""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from celsiusify_load_tests.cli.options import ALL
from celsiusify_load_tests.config.connection_policy import KEEP_ALIVE
from celsiusify_load_tests.config.load_model import LoadModel
from celsiusify_load_tests.config.profiles import Profile
from celsiusify_load_tests.config.targets import Target, find_targets, read_targets
from celsiusify_load_tests.distributed.protocol import (
    CONTROL_PORT,
    LISTEN,
    LOCUST_PORT,
    WORKER_TIMEOUT_S,
    Distribution,
)
from celsiusify_load_tests.errors import LoadTestError, ServingError
from celsiusify_load_tests.export.exporter import HOLD_S, LIMIT_BYTES, ExportLimits
from celsiusify_load_tests.host.cpu_affinity import Split, for_load_on
from celsiusify_load_tests.run.plan import Plan
from celsiusify_load_tests.servers.local import prepare

Given = tuple[str | None, str]
"""A target's name, or None where only one is meant, and a URL."""


def by_target(given: Sequence[Given | None], names: Sequence[str], option: str) -> dict[str, str]:
    """Say where each target is; of several URLs for one the last counts.

    Args:
        given: What was given with an option; None for an empty value.
        names: The targets that are loaded.
        option: How the option is called.

    Raises:
        LoadTestError: If a URL can't be told to be one target's.
    """
    found: dict[str, str] = {}
    for name, url in filter(None, given):
        if name is None and len(names) > 1:
            raise LoadTestError(
                f"{option} is one server, but {len(names)} targets are named; "
                f"say which it is: {option} {names[0]}={url}"
            )
        if name not in (None, *names):
            raise LoadTestError(f"{option} {name}={url}: only {', '.join(names)} is loaded")
        found[name or names[0]] = url
    return found


def check_counters(counters: Mapping[str, str], hosts: Mapping[str, str]) -> None:
    """See that counters are of servers that run already.

    Raises:
        LoadTestError: If one isn't.
    """
    for name, url in counters.items():
        if name not in hosts:
            raise LoadTestError(f"--counters {name}={url} needs --host {name}=URL as well")


DEFAULT_ORDER = "abba"


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


def _way_home(options: argparse.Namespace) -> ExportLimits | None:
    if not options.frames:
        return None
    hold_s = HOLD_S if options.hold is None else float(options.hold)
    return ExportLimits(options.frames_limit or LIMIT_BYTES, hold_s)


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
