"""Make the plan of a run from a command line."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from celsiusify_load_tests.cli.options import ALL, given_values
from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.profiles import is_complete, read_spec, resolve
from celsiusify_load_tests.config.targets import Target, find_targets, read_targets
from celsiusify_load_tests.distributed.protocol import Distribution
from celsiusify_load_tests.errors import LoadTestError, ServingError
from celsiusify_load_tests.export.exporter import HOLD_S, LIMIT_BYTES, ExportLimits
from celsiusify_load_tests.host.cpu_affinity import Split, for_load_on
from celsiusify_load_tests.run.plan import Plan
from celsiusify_load_tests.servers.local import prepare

NamedUrl = tuple[str | None, str]
"""A target's name, or None where only one target is meant, and a URL."""


@dataclass(frozen=True)
class RunOptions:
    """The options of a run that aren't part of the load; `cli.options` describes them."""

    names: Sequence[str]
    targets_file: Path
    spec_file: Path | None
    hosts: Sequence[NamedUrl]
    counters: Sequence[NamedUrl]
    workers: int
    listen: str | None
    control_port: int | None
    locust_port: int | None
    worker_timeout: float | None
    results: Path
    frames: bool
    frames_limit: int | None
    hold_s: int | None
    quiet: bool

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """Pick these options out of all of a verb's."""
        return cls(**{field.name: parameters[field.name] for field in fields(cls)})


def load_values(parameters: Mapping[str, Any], **defaults: object) -> dict[str, Any]:
    """Return the values of a load: the options override the file, the file the defaults.

    Raises:
        LoadTestError: If the file can't be read, or leaves nothing to the profile that is named.
    """
    given, spec_file = given_values(parameters), parameters["spec_file"]
    if spec_file is None:
        return _merged(defaults, given)
    values = read_spec(spec_file)
    if "profile" in given and is_complete(values):
        raise LoadTestError(
            f"--profile {given['profile']}: {spec_file} gives every value of the load itself; "
            "leave the option out, or the file's values that the profile is to give"
        )
    return _merged(defaults, _merged(values, given))


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Override values, within nested parts too."""
    merged = dict(base)
    for name, value in changes.items():
        old = merged.get(name)
        if old is None or not isinstance(value, Mapping):
            merged[name] = value
        elif isinstance(old, Mapping):  # anything else the specification refuses
            merged[name] = _merged(old, value)
    return merged


def make_plan(options: RunOptions, values: Mapping[str, Any], command: str) -> tuple[Plan, Split]:
    """Make the plan of a run, and split the cores for it.

    Raises:
        LoadTestError: If a value makes no sense, or a target can't be loaded or none is named.
    """
    spec = resolve(values, str(options.spec_file or "load"))
    targets = _targets(options, spec)
    names = [target.name for target in targets]
    hosts = by_target(options.hosts, names, "--host")
    counters = by_target(options.counters, names, "--counters")
    check_counters(counters, hosts)
    _check(targets, hosts, options.targets_file)
    split = for_load_on([hosts.get(name) for name in names])
    distribution = _distribution(options, spec, hosts, names)
    plan = Plan(
        load=spec.model_copy(update={"targets": tuple(names)}),
        targets=targets,
        targets_file=options.targets_file,
        hosts=hosts,
        counters=counters,
        processes=_processes(spec, split, distribution),
        results=options.results,
        command=command,
        export=_export_limits(options),
        distribution=distribution,
    )
    return plan, split


def by_target(urls: Sequence[NamedUrl], names: Sequence[str], option: str) -> dict[str, str]:
    """Return each target's URL; of several the last counts.

    Args:
        urls: The values of an option.
        names: The targets that are loaded.
        option: The option's name.

    Raises:
        LoadTestError: If it isn't clear whose a URL is.
    """
    by_name: dict[str, str] = {}
    for name, url in urls:
        if name is None and len(names) > 1:
            raise LoadTestError(
                f"{option} is one server, but {len(names)} targets are named; "
                f"say which it is: {option} {names[0]}={url}"
            )
        if name not in (None, *names):
            raise LoadTestError(f"{option} {name}={url}: only {', '.join(names)} is loaded")
        by_name[name or names[0]] = url
    return by_name


def check_counters(counters: Mapping[str, str], hosts: Mapping[str, str]) -> None:
    """Check that counters are those of running servers.

    Raises:
        LoadTestError: If a target with counters has no host.
    """
    for name, url in counters.items():
        if name not in hosts:
            raise LoadTestError(f"--counters {name}={url} needs --host {name}=URL as well")


def _distribution(
    options: RunOptions, spec: LoadSpec, hosts: Mapping[str, str], names: list[str]
) -> Distribution | None:
    if not options.workers:
        return None
    for name in names:
        if name not in hosts:
            raise LoadTestError(f"--workers needs --host {name}=URL: where all of them reach it")
    given = {
        "listen": options.listen,
        "control_port": options.control_port,
        "locust_port": options.locust_port,
        "worker_timeout_s": options.worker_timeout,
    }
    settings: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Distribution(
        workers=options.workers,
        processes=spec.processes or 1,
        stop_timeout_s=spec.limits.stop_timeout_s,
        **settings,
    )


def _processes(spec: LoadSpec, split: Split, distribution: Distribution | None) -> int:
    """Return the number of load-generating processes in all; each needs a user."""
    if distribution is None:
        return min(spec.processes or split.processes, spec.users)
    processes = distribution.workers * distribution.processes
    if not spec.is_open and processes > spec.users:
        raise LoadTestError(f"{spec.users} users are too few for {processes} load processes")
    return processes


def _export_limits(options: RunOptions) -> ExportLimits | None:
    if not options.frames:
        return None
    hold_s = HOLD_S if options.hold_s is None else float(options.hold_s)
    return ExportLimits(options.frames_limit or LIMIT_BYTES, hold_s)


def _targets(options: RunOptions, spec: LoadSpec) -> list[Target]:
    known = read_targets(options.targets_file)
    names = list(options.names) or list(spec.targets)
    if names == [ALL]:
        names = [name for name, target in known.items() if target.in_all]
    if not names:
        raise LoadTestError(f"name a target: {', '.join(known)} or {ALL}")
    return find_targets(options.targets_file, dict.fromkeys(names))


def _check(targets: list[Target], hosts: Mapping[str, str], targets_file: Path) -> None:
    """Find out at once, not after the first target's load, that another can't be loaded."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError as problem:
        raise LoadTestError("can't write temporary files: mount /tmp, or set TMPDIR") from problem
    for target in targets:
        target.client(hosts.get(target.name))  # refuses another protocol's address
    _check_installed([target for target in targets if target.name not in hosts], targets_file)


def _check_installed(targets: list[Target], targets_file: Path) -> None:
    for target in targets:
        try:
            prepare(target, targets_file.resolve().parent, Path("pid"))
        except ServingError as problem:
            raise ServingError(f"{target.name}: {problem}") from problem
