"""`celsiusify-cluster status`: what is on the cluster, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.cli.options import release_options
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import lost, pod_problem, state
from celsiusify_cluster.kube.release import ReleaseRef
from celsiusify_cluster.load.job import TARGETS_LABEL
from celsiusify_cluster.observe.samples import Metric, cpu_percent, metrics_by_pod

UNKNOWN = "–"


@click.command(help=VERBS["status"])
@release_options
@click.pass_obj
def command(session: Session, /, release: ReleaseRef) -> ExitCode:
    """Print tables of servers, pods and loads.

    Raises:
        ClusterError: If there is nothing of the release.
    """
    kubectl = Kubectl(release, session.limits)
    kubectl.server_version()
    kubectl.get("namespace", release.namespace)
    print_status(kubectl, session.terminal)
    return ExitCode.OK


def print_status(kubectl: Kubectl, terminal: Terminal) -> None:
    """Print the tables.

    Raises:
        ClusterError: If there is nothing of the release.
    """
    here, selector = kubectl.release, f"--selector={kubectl.release.labels()}"
    deployments, pods = kubectl.items("deployments", selector), kubectl.items("pods", selector)
    if not deployments and not pods:
        raise ClusterError(
            f"nothing of release {here.name} is in namespace {here.namespace}: `make deploy`"
        )
    now = datetime.now(UTC)
    scalers = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler
        for scaler in kubectl.try_items("horizontalpodautoscalers")
    }
    terminal.say(f"release {here.name}, namespace {here.namespace}, context {here.context}\n")
    terminal.table([_server(entry, scalers) for entry in deployments])
    terminal.say("")
    metrics = _metrics(kubectl)
    terminal.table([_pod(pod, metrics, now) for pod in pods])
    jobs = kubectl.try_items("jobs", f"{selector},{TARGETS_LABEL}")
    if jobs:
        terminal.say("")
        terminal.table([_job(job, now) for job in sorted(jobs, key=_created, reverse=True)])


def _server(deployment: Object, scalers: Mapping[str, Object]) -> dict[str, str]:
    name, status = deployment["metadata"]["name"], deployment.get("status", {})
    image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    desired = deployment["spec"].get("replicas", 1)
    return {
        "server": name,
        "ready": f"{status.get('readyReplicas', 0)} of {desired}",
        **_scaling(scalers.get(name)),
        "image": image,
    }


def _scaling(scaler: Object | None) -> dict[str, str]:
    if scaler is None:
        return {"CPU": UNKNOWN, "target": UNKNOWN, "replicas": "fixed"}
    spec = scaler["spec"]
    percent = cpu_percent(scaler)
    targets = [
        metric.get("resource", {}).get("target", {}).get("averageUtilization")
        for metric in spec.get("metrics", ())
    ]
    goal = next((target for target in targets if target), None)
    return {
        "CPU": UNKNOWN if percent is None else f"{percent} %",
        "target": UNKNOWN if goal is None else f"{goal} %",
        "replicas": f"{spec.get('minReplicas', 1)} to {spec['maxReplicas']}",
    }


def _metrics(kubectl: Kubectl) -> dict[str, Metric]:
    return metrics_by_pod(kubectl.try_items("pods.metrics.k8s.io"))


def _pod(pod: Object, metrics: Mapping[str, Metric], now: datetime) -> dict[str, str]:
    name, status = pod["metadata"]["name"], pod.get("status", {})
    entries: Sequence[Object] = status.get("containerStatuses", ())
    metric = metrics.get(name)
    wrong = lost(pod) or pod_problem([pod])
    return {
        "pod": name,
        "state": state(pod),
        "ready": f"{sum(entry['ready'] for entry in entries)} of {len(entries)}",
        "restarts": str(sum(entry.get("restartCount", 0) for entry in entries)),
        "age": _age(_created(pod), now),
        "CPU": f"{metric.cpu_cores:.2f}" if metric else UNKNOWN,
        "MiB": f"{metric.memory_bytes / 2**20:.0f}" if metric else UNKNOWN,
        "node": pod["spec"].get("nodeName", UNKNOWN),
        "problem": str(wrong or ""),
    }


def _job(job: Object, now: datetime) -> dict[str, str]:
    status = job.get("status", {})
    ends = [
        condition["type"]
        for condition in status.get("conditions", ())
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True"
    ]
    return {
        "load": job["metadata"]["name"],
        "targets": job["metadata"]["labels"][TARGETS_LABEL],
        "state": ends[0] if ends else "Running" if status.get("active") else "Pending",
        "pods": str(job["spec"].get("completions", 1)),
        "age": _age(_created(job), now),
    }


def _created(content: Object) -> str:
    return str(content["metadata"]["creationTimestamp"])


def _age(stamp: str, now: datetime) -> str:
    """An age in the largest unit that says something: 42 s, 5 min, 3 h, 2 d."""
    seconds = max(0, int((now - datetime.fromisoformat(stamp)).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
