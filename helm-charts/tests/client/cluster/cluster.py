"""The fake cluster: the store, its server, and knobs for what tests want to go wrong."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from . import controllers, kubelet
from .api import make_app
from .containers import Container, Program, prints, waits
from .resources import METRICS, RESOURCES, Object, Resource
from .store import Refused, Store, find, now

PODS, DEPLOYMENTS, EVENTS = find("pods", "v1"), find("deployments"), find("events")
SCALERS, POD_METRICS = find("horizontalpodautoscalers"), find("pods", "metrics.k8s.io/v1beta1")
CONTEXT = "fake"


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        """Say nothing."""


class Cluster:
    """A cluster on 127.0.0.1.

    Attributes:
        leader, worker, server, test: The programs of the pods of Jobs, Deployments and helm tests.
        missing_images: Images that can't be pulled.
        unschedulable: Why pods stay pending, once there are as many as there is `room` for; empty
            where they don't.
        new_node_s: How long it then takes until a node comes; 0 where none does.
        worker_delay_s: How long it takes until the workers of a Job find a node.
        lost_node: Why the API server can't reach the node; empty where it can.
        scaled: The namespace and name of each Deployment whose replicas an autoscaler has set.
        holds_jobs: Whether Jobs stay without pods.
        refusal: Why they do, as an event tells; empty where none does.
        answers_slowly: Whether it keeps who asks waiting for a while.
        has_metrics: Whether there is a metrics-server.
        requests: What was asked, e.g. `GET /version`.
    """

    def __init__(self) -> None:
        self.store = Store()
        self.requests: list[str] = []
        self.leader: Program = prints("nothing to do")
        self.worker: Program = waits
        self.server: Program = waits
        self.test: Program = prints("answers rightly")
        self.missing_images: set[str] = set()
        self.unschedulable, self.room, self.new_node_s = "", 0, 0.0
        self.worker_delay_s = 0.0
        self.lost_node = ""
        self.scaled: set[tuple[str, str]] = set()
        self.answers_slowly = False
        self.holds_jobs = False
        self.refusal = ""
        self.has_metrics = True
        self._forbidden: set[tuple[str, str]] = set()
        self._containers: dict[tuple[str, str], Container] = {}
        self._closing = threading.Event()
        self.store.listeners.append(lambda *change: controllers.react(self, *change))
        self._server = make_server(
            "127.0.0.1", 0, make_app(self), threaded=True, request_handler=_Handler
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # of its threaded kind
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.store.create(find("namespaces"), "", {"metadata": {"name": "default"}})
        self.store.create(find("nodes", "v1"), "", kubelet.NODE)
        self.store.create(find("nodes", "metrics.k8s.io/v1beta1"), "", kubelet.node_metrics())

    @property
    def url(self) -> str:
        """Where the API server is."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def served(self) -> tuple[Resource, ...]:
        """The kinds that it has."""
        return tuple(
            resource for resource in RESOURCES if self.has_metrics or resource.group != METRICS
        )

    def close(self) -> None:
        """Stop serving, and all containers."""
        self._closing.set()
        for container in self._containers.values():
            container.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def closing(self) -> bool:
        """Is the server about to stop?"""
        return self._closing.is_set()

    def write_kubeconfig(self, path: Path) -> None:
        """Write what kubectl needs to find this cluster."""
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": CONTEXT,
            "clusters": [{"name": "fake", "cluster": {"server": self.url}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": "fake", "user": "me"}}],
        }
        path.write_text(json.dumps(content))

    def forbid(self, verb: str, plural: str) -> None:
        """Refuse a verb on a kind from now on."""
        self._forbidden.add((verb, plural))

    def check_allowed(self, verb: str, resource: Resource, namespace: str, part: str = "") -> None:
        """Refuse what was forbidden, of a kind or of a part of it as in `pods/log`."""
        plural = f"{resource.plural}/{part}" if part else resource.plural
        if (verb, plural) in self._forbidden:
            where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
            raise Refused(
                403,
                "Forbidden",
                f'{resource.title} is forbidden: User "me" cannot {verb} resource '
                f'"{plural}" in API group "{resource.group}"{where}',
            )

    def start_later(self, delay_s: float, *what: Any) -> None:
        """Start a pod that stays pending before."""
        self._later(delay_s, self.start, *what)

    def _later(self, delay_s: float, do: Callable[..., None], *what: Any) -> None:
        timer = threading.Timer(delay_s, do, what)
        timer.daemon = True
        timer.start()

    def start(self, pod: Object, program: Program, then: Callable[[], None] | None = None) -> None:
        """Run a pod's program, unless something keeps the pod from starting."""
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        waiting = self._hindrance(pod)
        if waiting:
            self.store.edit(PODS, namespace, name, lambda content: content.update(status=waiting))
            if self.new_node_s:
                self._add_node(pod, program, then)
            return
        container = self._containers[(namespace, name)] = Container(pod)
        self.store.edit(PODS, namespace, name, kubelet.begin)

        def run() -> None:
            code = program(container)
            self.store.edit(
                PODS, namespace, name, lambda content: kubelet.end(content, code, container)
            )
            container.end()
            self._remove_if_deleted(namespace, name)
            if then:
                then()

        threading.Thread(target=run, daemon=True).start()

    def _add_node(self, pod: Object, *what: Any) -> None:
        """Do what Cluster Autoscaler does for a pod that fits no node."""
        meta, involved = pod["metadata"], {"kind": "Pod", "name": pod["metadata"]["name"]}
        event = {"metadata": {"name": f"{meta['name']}.1"}, "involvedObject": involved}
        self.store.create(EVENTS, meta["namespace"], {**event, "reason": "TriggeredScaleUp"})
        self.room = 99
        self._later(self.new_node_s, self._use_node, pod, *what)

    def _use_node(self, pod: Object, *what: Any) -> None:
        self.start(pod, *what)
        for deployment in self.store.choose(DEPLOYMENTS, pod["metadata"]["namespace"]):
            self.commit(deployment, deployment["spec"].get("replicas", 1))

    def _hindrance(self, pod: Object) -> Object:
        if self.unschedulable and len(self._containers) >= self.room:
            return kubelet.unschedulable(self.unschedulable)
        for container in pod["spec"]["containers"]:
            if container["image"] in self.missing_images:
                return kubelet.without_image(container)
        return {}

    def tell_refusal(self, job: Object) -> None:
        """Write the event that says why a Job gets no pods."""
        meta, involved = job["metadata"], {"kind": "Job", "name": job["metadata"]["name"]}
        if self.refusal:
            event = {
                "metadata": {"name": f"{meta['name']}.1"},
                "involvedObject": involved,
                "reason": "FailedCreate",
                "message": self.refusal,
            }
            self.store.create(EVENTS, meta["namespace"], event)

    def container(self, namespace: str, name: str) -> Container:
        """The container of a pod."""
        pod = self.store.get(PODS, namespace, name)
        if self.lost_node:
            raise Refused(500, "InternalError", self.lost_node)
        if (namespace, name) not in self._containers:
            container = pod["spec"]["containers"][0]["name"]
            said = f'container "{container}" in pod "{name}" is waiting to start: ContainerCreating'
            raise Refused(400, "BadRequest", said)
        return self._containers[(namespace, name)]

    def delete(self, resource: Resource, namespace: str, name: str) -> Object:
        """Delete an object and what it owns; a pod that runs ends first."""
        container = self._containers.get((namespace, name)) if resource == PODS else None
        if container and not container.ended.is_set():
            self.store.edit(
                resource,
                namespace,
                name,
                lambda content: content["metadata"].update(deletionTimestamp=now()),
            )
            container.stopped.set()
            return self.store.get(resource, namespace, name)
        gone = self.store.delete(resource, namespace, name)
        for kind, owned in self.store.owned_by(gone["metadata"]["uid"]):
            self.delete(kind, owned["metadata"]["namespace"], owned["metadata"]["name"])
        return gone

    def _remove_if_deleted(self, namespace: str, name: str) -> None:
        try:
            pod = self.store.get(PODS, namespace, name)
        except Refused:
            return
        if pod["metadata"].get("deletionTimestamp"):
            self.store.delete(PODS, namespace, name)

    def pods_of(self, deployment: Object) -> list[Object]:
        """The pods of a Deployment."""
        chosen = deployment["spec"]["selector"]["matchLabels"].items()
        labels = ",".join(f"{key}={value}" for key, value in chosen)
        return self.store.choose(PODS, deployment["metadata"]["namespace"], labels)

    def commit(self, deployment: Object, wanted: int) -> None:
        """Write a Deployment's status, and the metrics of its pods."""
        namespace, name = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
        pods = self.pods_of(deployment)
        ready = sum(pod["status"]["phase"] == "Running" for pod in pods)

        def write(content: Object) -> None:
            counts = dict.fromkeys(("replicas", "updatedReplicas"), wanted)
            available = "True" if ready >= wanted else "False"
            content["status"] = {
                **counts,
                "readyReplicas": ready,
                "availableReplicas": ready,
                "observedGeneration": content["metadata"]["generation"],
                "conditions": [
                    {"type": "Available", "status": available},
                    {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
                ],
            }

        self.store.edit(DEPLOYMENTS, namespace, name, write)
        status = {"readyReplicas": ready, "observedGeneration": 1}
        for entry in self.store.choose(find("replicasets"), namespace):
            if entry["metadata"]["ownerReferences"][0]["name"] == name:
                entry_name = entry["metadata"]["name"]
                self.store.edit(
                    find("replicasets"),
                    namespace,
                    entry_name,
                    lambda content: content.update(status=status),
                )
        for pod in pods:
            self._measure(pod)

    def _measure(self, pod: Object, cpu: str = "250000000n") -> None:
        meta = {"name": pod["metadata"]["name"], "labels": pod["metadata"].get("labels", {})}
        usage = {"cpu": cpu, "memory": "65536Ki"}
        content = {
            "metadata": meta,
            "timestamp": now(),
            "window": "15s",
            "containers": [{"name": "server", "usage": usage}],
        }
        if not self.store.choose(POD_METRICS, fields=f"metadata.name={meta['name']}"):
            self.store.create(POD_METRICS, pod["metadata"]["namespace"], content)

    def scale(self, namespace: str, name: str, replicas: int, cpu_percent: int) -> None:
        """Do what an autoscaler does."""

        def scaled(content: Object) -> None:
            content["spec"]["replicas"] = replicas

        self.scaled.add((namespace, name))
        deployment = self.store.edit(DEPLOYMENTS, namespace, name, scaled)
        assert deployment is not None
        controllers.HANDLERS[("ADDED", DEPLOYMENTS)](self, deployment)
        metric = {"name": "cpu", "current": {"averageUtilization": cpu_percent}}
        status = {
            "currentReplicas": replicas,
            "desiredReplicas": replicas,
            "currentMetrics": [{"type": "Resource", "resource": metric}],
        }
        for scaler in self.store.choose(SCALERS, namespace):
            if scaler["spec"]["scaleTargetRef"]["name"] == name:
                self.store.edit(
                    SCALERS,
                    namespace,
                    scaler["metadata"]["name"],
                    lambda content: content.update(status=status),
                )
