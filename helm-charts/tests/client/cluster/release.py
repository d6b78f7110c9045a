"""A release on the fake cluster: what the chart would make, as far as a load needs it."""

from .cluster import SCALERS, Cluster
from .resources import Object
from .store import find

NAMESPACE = "celsiusify"
LABELS = {"app.kubernetes.io/instance": "celsiusify", "app.kubernetes.io/component": "load"}
TARGETS_LABEL = "celsiusify.dev/targets"
HOSTS = {
    "tfserving": ("tf-serving", "http://celsiusify-tf-serving:8080"),
    "converter-api": ("converter-api", "http://celsiusify-converter-api:8080"),
}


def install(cluster: Cluster) -> None:
    """Create both servers and the CronJobs of their load tests."""
    cluster.store.create(find("namespaces"), "", {"metadata": {"name": NAMESPACE}})
    for chart, _ in HOSTS.values():
        _serve(cluster, chart)
    for targets in ([name] for name in HOSTS):
        _load_test(cluster, targets[0], targets)
    _load_test(cluster, "all", list(HOSTS))


def _serve(cluster: Cluster, chart: str) -> None:
    name = f"celsiusify-{chart}"
    labels = {"app.kubernetes.io/name": chart, "app.kubernetes.io/instance": "celsiusify"}
    resources = {"requests": {"cpu": "500m"}, "limits": {"cpu": "500m", "memory": "512Mi"}}
    container = {"name": "server", "image": f"celsiusify/{chart}:0.1.0", "resources": resources}
    _create(
        cluster,
        "deployments",
        name,
        labels,
        annotations={"celsiusify.dev/describe": f"{chart} describe"},
        selector={"matchLabels": labels},
        template={"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    )
    _create(cluster, "services", name, labels, selector=labels, ports=[{"port": 8080}])
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    _create(
        cluster,
        SCALERS.plural,
        name,
        labels,
        scaleTargetRef=target,
        minReplicas=1,
        maxReplicas=5,
        metrics=[{"type": "Resource", "resource": cpu}],
        behavior={"scaleDown": {"stabilizationWindowSeconds": 60}},
    )


def _load_test(cluster: Cluster, name: str, targets: list[str]) -> None:
    hosts = [f"--host={target}={HOSTS[target][1]}" for target in targets]
    names = [name] if name == "all" else targets
    args = ["member", "--index=$(JOB_COMPLETION_INDEX)", "--", "run", *names, *hosts, "--frames"]
    container = {"name": "load", "image": "celsiusify/load-tests:0.1.0", "args": args}
    pod = {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}
    job = {"completions": 1, "parallelism": 1, "activeDeadlineSeconds": 3600, "template": pod}
    _create(
        cluster,
        "cronjobs",
        f"celsiusify-load-tests-{name}",
        {**LABELS, TARGETS_LABEL: name},
        suspend=True,
        schedule="0 0 1 1 *",
        jobTemplate={"metadata": {"labels": LABELS}, "spec": {"completionMode": "Indexed", **job}},
    )


def _create(
    cluster: Cluster,
    plural: str,
    name: str,
    labels: dict[str, str],
    annotations: dict[str, str] | None = None,
    **spec: object,
) -> None:
    meta = {"name": name, "labels": labels, "annotations": annotations or {}}
    content: Object = {"metadata": meta, "spec": spec}
    cluster.store.create(find(plural), NAMESPACE, content)
