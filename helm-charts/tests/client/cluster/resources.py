"""The kinds of object that the fake API server has, and how it tells of them."""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


@dataclass(frozen=True)
class Resource:
    """A kind of object, as in a URL: `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL`."""

    api: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api.rpartition("/")[0]

    @property
    def title(self) -> str:
        """What messages call it: `jobs.batch`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


RESOURCES = (
    Resource("v1", "namespaces", "Namespace", namespaced=False),
    Resource("v1", "nodes", "Node", namespaced=False),
    Resource("v1", "configmaps", "ConfigMap"),
    Resource("v1", "events", "Event"),
    Resource("v1", "pods", "Pod"),
    Resource("v1", "secrets", "Secret"),
    Resource("v1", "serviceaccounts", "ServiceAccount"),
    Resource("v1", "services", "Service"),
    Resource("apps/v1", "deployments", "Deployment"),
    Resource("apps/v1", "replicasets", "ReplicaSet"),
    Resource("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    Resource("batch/v1", "cronjobs", "CronJob"),
    Resource("batch/v1", "jobs", "Job"),
    Resource("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    Resource("networking.k8s.io/v1", "ingresses", "Ingress"),
    Resource("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"),
    Resource("rbac.authorization.k8s.io/v1", "roles", "Role"),
    Resource("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding"),
    Resource("metrics.k8s.io/v1beta1", "pods", "PodMetrics"),
    Resource("metrics.k8s.io/v1beta1", "nodes", "NodeMetrics", namespaced=False),
)
METRICS = "metrics.k8s.io"


def versions(served: tuple[Resource, ...]) -> list[str]:
    """The group versions, in order."""
    return list(dict.fromkeys(resource.api for resource in served))


def root_of(api: str) -> str:
    """Where a group version is served."""
    return f"apis/{api}" if "/" in api else f"api/{api}"


def group_list(served: tuple[Resource, ...]) -> Object:
    """What `/apis` answers."""
    groups = []
    for api in versions(served):
        group, _, version = api.rpartition("/")
        if group:
            entry = {"groupVersion": api, "version": version}
            groups.append({"name": group, "versions": [entry], "preferredVersion": entry})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def resource_list(served: tuple[Resource, ...], api: str) -> Object:
    """What `/apis/GROUP/VERSION` answers."""
    entries = [
        {
            "name": resource.plural,
            "singularName": resource.kind.lower(),
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": VERBS,
        }
        for resource in served
        if resource.api == api
    ]
    return {"kind": "APIResourceList", "groupVersion": api, "resources": entries}


def openapi(served: tuple[Resource, ...], api: str) -> Object:
    """Just enough of OpenAPI for clients to leave checking of fields to the server."""
    group, _, version = api.rpartition("/")
    paths = {}
    for resource in served:
        if resource.api != api:
            continue
        kind = {"group": group, "version": version, "kind": resource.kind}
        where = "namespaces/{namespace}/" if resource.namespaced else ""
        parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
        paths[f"/{root_of(api)}/{where}{resource.plural}/{{name}}"] = {
            "patch": {
                "x-kubernetes-action": "patch",
                "x-kubernetes-group-version-kind": kind,
                "parameters": [parameter],
                "responses": {"200": {"description": "OK"}},
            }
        }
    info = {"title": "Kubernetes", "version": "v1.37.1"}
    return {"openapi": "3.0.0", "info": info, "paths": paths}
