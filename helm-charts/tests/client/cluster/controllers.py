"""What Kubernetes does about objects: pods for Jobs and Deployments, and their status."""

import copy
import threading
import uuid
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from .containers import Container, Program
from .resources import Object, Resource
from .store import Refused, find, now

if TYPE_CHECKING:
    from .cluster import Cluster

PODS, JOBS, DEPLOYMENTS = find("pods", "v1"), find("jobs"), find("deployments")
REPLICA_SETS = find("replicasets")


def react(cluster: "Cluster", change: str, resource: Resource, content: Object) -> None:
    """Do what follows from a change, beside the request that made it."""
    handler = HANDLERS.get((change, resource))
    if handler:
        threading.Thread(target=handler, args=(cluster, content), daemon=True).start()


def _start_job(cluster: "Cluster", job: Object) -> None:
    spec, meta = job["spec"], job["metadata"]
    if cluster.holds_jobs:
        cluster.tell_refusal(job)
    if spec.get("suspend") or cluster.holds_jobs:
        return
    count = spec.get("completions") or 1
    _job_status(cluster, job, active=count, startTime=now())
    for index in range(count):
        template = copy.deepcopy(spec["template"])
        labels = template.setdefault("metadata", {}).setdefault("labels", {})
        labels["batch.kubernetes.io/job-name"] = labels["job-name"] = meta["name"]
        labels["batch.kubernetes.io/job-completion-index"] = str(index)
        name = f"{meta['name']}-{index}-{uuid.uuid4().hex[:5]}"
        pod = _pod(cluster, template, name, owner=job)
        program = cluster.leader if index == 0 else cluster.worker
        what = (pod, program, partial(_close_job, cluster, job))
        if index and cluster.worker_delay_s:
            cluster.start_later(cluster.worker_delay_s, *what)
        else:
            cluster.start(*what)


def _job_status(cluster: "Cluster", job: Object, **values: Any) -> None:
    meta = job["metadata"]
    cluster.store.edit(
        JOBS,
        meta["namespace"],
        meta["name"],
        lambda content: content.setdefault("status", {}).update(values),
    )


def _close_job(cluster: "Cluster", job: Object) -> None:
    name = job["metadata"]["name"]
    selector = f"batch.kubernetes.io/job-name={name}"
    pods = cluster.store.choose(PODS, job["metadata"]["namespace"], selector)
    phases = [pod["status"]["phase"] for pod in pods]
    failed, succeeded = phases.count("Failed"), phases.count("Succeeded")
    values: Object = {"active": len(phases) - failed - succeeded, "failed": failed}
    values["succeeded"] = succeeded
    if not values["active"]:
        kind = "Failed" if failed else "Complete"
        values["conditions"] = [{"type": kind, "status": "True", "lastTransitionTime": now()}]
    _job_status(cluster, job, **values)


def _pod(cluster: "Cluster", template: Object, name: str, owner: Object) -> Object:
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    meta = {**template["metadata"], "name": name, "ownerReferences": [reference]}
    content = {"metadata": meta, "spec": template["spec"], "status": {"phase": "Pending"}}
    return cluster.store.create(PODS, owner["metadata"]["namespace"], content)


def _deploy(cluster: "Cluster", deployment: Object) -> None:
    """Make pods of the template as it is now, then remove those of before."""
    namespace, spec = deployment["metadata"]["namespace"], deployment["spec"]
    wanted = spec.get("replicas", 1)
    replica_set = _replica_set(cluster, deployment)
    name, uid = replica_set["metadata"]["name"], replica_set["metadata"]["uid"]
    pods = cluster.pods_of(deployment)
    own = [pod for pod in pods if pod["metadata"]["ownerReferences"][0]["uid"] == uid]
    for _ in range(wanted - len(own)):
        template = copy.deepcopy(spec["template"])
        pod = _pod(cluster, template, f"{name}-{uuid.uuid4().hex[:5]}", owner=replica_set)
        cluster.start(pod, cluster.server)
    for pod in [*own[wanted:], *(pod for pod in pods if pod not in own)]:
        with suppress(Refused):  # it may have ended by itself meanwhile
            cluster.delete(PODS, namespace, pod["metadata"]["name"])
    cluster.commit(deployment, wanted)


def _redeploy(cluster: "Cluster", deployment: Object) -> None:
    """Follow what somebody changed of a Deployment."""
    seen = deployment.get("status", {}).get("observedGeneration")
    if seen not in (None, deployment["metadata"]["generation"]):
        _deploy(cluster, deployment)


def _replica_set(cluster: "Cluster", deployment: Object) -> Object:
    """The set of a Deployment's template as it is now; those of before are removed."""
    meta, template = deployment["metadata"], deployment["spec"]["template"]
    for entry in cluster.store.choose(REPLICA_SETS, meta["namespace"]):
        if entry["metadata"]["ownerReferences"][0]["uid"] != meta["uid"]:
            continue
        if entry["spec"]["template"] == template:
            return entry
        cluster.store.delete(REPLICA_SETS, meta["namespace"], entry["metadata"]["name"])
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "controller": True}
    reference.update(name=meta["name"], uid=meta["uid"])
    content = {
        "metadata": {
            "name": f"{meta['name']}-{uuid.uuid4().hex[:4]}",
            "labels": template["metadata"]["labels"],
            "ownerReferences": [reference],
        },
        "spec": {"replicas": deployment["spec"].get("replicas", 1), "template": template},
        "status": {"readyReplicas": 0, "observedGeneration": 1},
    }
    return cluster.store.create(REPLICA_SETS, meta["namespace"], content)


def _start_pod(cluster: "Cluster", pod: Object) -> None:
    """A pod that somebody created by hand, as helm does for its tests."""
    if not pod["metadata"].get("ownerReferences"):
        cluster.start(pod, cluster.test)


HANDLERS = {
    ("ADDED", JOBS): _start_job,
    ("ADDED", DEPLOYMENTS): _deploy,
    ("MODIFIED", DEPLOYMENTS): _redeploy,
    ("ADDED", PODS): _start_pod,
}
__all__ = ["Container", "Program", "react"]
