"""Build the Job of a load from a CronJob's template."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Object

TARGETS_LABEL = "celsiusify.dev/targets"
JOB_LABEL = "batch.kubernetes.io/job-name"
INDEX_LABEL = "batch.kubernetes.io/job-completion-index"
ALL = "all"
PER_TARGET = ("--host=", "--counters=")
NAME_LENGTH = 52  # what a CronJob's may have; a pod's host name adds a number to it


@dataclass(frozen=True)
class LoadRequest:
    """The user's request for a load.

    Attributes:
        targets: The names of targets, or `all`.
        options: The options of `run`, e.g. `["--profile=quick"]`.
        workers: The number of pods beside the leader; None for the chart's.
        extra: Further arguments of `run`, unchanged.
    """

    targets: Sequence[str]
    options: Sequence[str] = ()
    workers: int | None = None
    extra: Sequence[str] = ()


def choose(cron_jobs: Mapping[str, Object], targets: Sequence[str]) -> list[Object]:
    """Return the CronJobs of the targets, by their label; the first gives the template.

    Raises:
        ClusterError: If no target is named, or a target is missing.
    """
    known = ", ".join(cron_jobs)
    if not cron_jobs:
        raise ClusterError("there is no load test on this cluster: `make deploy` first")
    if not targets:
        raise ClusterError(f"name a target: {known}")
    for name in targets:
        if name not in cron_jobs:
            raise ClusterError(f"no load test for {name!r} on this cluster; it has {known}")
    return [cron_jobs[name] for name in dict.fromkeys(targets)]


def build(chosen: Sequence[Object], request: LoadRequest, release: str, now: datetime) -> Object:
    """Return the Job to create, owned by the CronJob that gave the template."""
    first = chosen[0]
    spec = copy.deepcopy(first["spec"]["jobTemplate"]["spec"])
    container = spec["template"]["spec"]["containers"][0]
    container["args"] = arguments(chosen, request)
    if request.workers is not None:
        spec["completions"] = spec["parallelism"] = 1 + request.workers
    what = request.targets[0] if len(request.targets) == 1 else "several"
    template_meta = first["spec"]["jobTemplate"].get("metadata", {})
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{release[:15]}-{what[:18]}-{now:%y%m%d-%H%M%S}".lower(),
            "labels": {
                **first["metadata"]["labels"],
                **template_meta.get("labels", {}),
                TARGETS_LABEL: what,
            },
            "annotations": {
                **template_meta.get("annotations", {}),
                "cronjob.kubernetes.io/instantiate": "manual",
            },
            "ownerReferences": [_owner(first)],
        },
        "spec": spec,
    }


def arguments(chosen: Sequence[Object], request: LoadRequest) -> list[str]:
    """Return a container's arguments: the template's, the others' addresses, then the request's."""
    first, *others = (_args(cron_job) for cron_job in chosen)
    if list(request.targets) != [ALL]:
        first = _with_targets(first, request.targets)
    for args in others:
        first += [arg for arg in args if arg.startswith(PER_TARGET) and arg not in first]
    workers = [] if request.workers is None else [f"--workers={request.workers}"]
    return [*first, *request.options, *workers, *request.extra]


def target_urls(args: Sequence[str]) -> dict[str, str]:
    """Return each target's address, from `--host=NAME=URL`."""
    pairs = (arg.removeprefix("--host=").partition("=") for arg in args if "--host=" in arg)
    return {name: url for name, _, url in pairs}


def _args(cron_job: Object) -> list[str]:
    container = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    return list(container["args"])


def _with_targets(args: list[str], targets: Sequence[str]) -> list[str]:
    """Replace the names between `run` and its first option."""
    begin = args.index("run") + 1
    end = next(
        (place for place, arg in enumerate(args) if place >= begin and arg.startswith("-")),
        len(args),
    )
    return [*args[:begin], *targets, *args[end:]]


def _owner(cron_job: Object) -> Object:
    meta = cron_job["metadata"]
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
    }
