"""The fake API server's HTTP side: discovery, objects, watches, logs and exec."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import flask
import simple_websocket  # type: ignore[import-untyped]  # it has no types
import yaml
from flask import request
from werkzeug.wrappers import Response

from . import wire
from .resources import Object, Resource, group_list, openapi, resource_list, root_of, versions
from .selectors import matches
from .store import Refused, merged

if TYPE_CHECKING:
    from .cluster import Cluster

STDOUT, STDERR, ERROR = 1, 2, 3
"""The channels of `v5.channel.k8s.io`."""


def make_app(cluster: "Cluster") -> flask.Flask:
    """The server's routes."""
    app = flask.Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default provider

    @app.errorhandler(Refused)
    def refused(problem: Refused) -> tuple[Object, int]:
        return status(problem), problem.code

    @app.before_request
    def note() -> None:
        cluster.requests.append(f"{request.method} {request.full_path.rstrip('?')}")
        if cluster.answers_slowly:
            time.sleep(5)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @app.route("/<path:path>", websocket=True)
    def serve(path: str) -> Any:
        return _serve(cluster, path)

    return app


VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.1", "platform": "linux/amd64"}


def status(problem: Refused) -> Object:
    """A refusal as Kubernetes writes it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": str(problem),
        "reason": problem.reason,
        "code": problem.code,
    }


def _openapi_index(cluster: "Cluster") -> Object:
    roots = map(root_of, versions(cluster.served))
    return {"paths": {root: {"serverRelativeURL": f"/openapi/v3/{root}"} for root in roots}}


def _serve(cluster: "Cluster", path: str) -> Any:
    told = _about(cluster, path)
    if told is not None:
        return told
    for api in versions(cluster.served):
        root = root_of(api)
        if path.startswith(f"{root}/"):
            return _objects(cluster, api, path.removeprefix(f"{root}/").split("/"))
    return Response("404 page not found\n", 404, content_type="text/plain")


def _about(cluster: "Cluster", path: str) -> Object | None:
    """What the server tells of itself."""
    about: dict[str, Callable[[], Object]] = {
        "version": lambda: VERSION,
        "api": lambda: {"kind": "APIVersions", "versions": ["v1"]},
        "apis": lambda: group_list(cluster.served),
        "openapi/v3": lambda: _openapi_index(cluster),
    }
    for api in versions(cluster.served):
        about[root_of(api)] = partial(resource_list, cluster.served, api)
        about[f"openapi/v3/{root_of(api)}"] = partial(openapi, cluster.served, api)
    return about[path]() if path in about else None


def _objects(cluster: "Cluster", api: str, parts: list[str]) -> Any:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    plural, name, part = (*parts, "", "")[:3]
    for resource in cluster.served:
        if (resource.api, resource.plural) == (api, plural):
            cluster.check_allowed(_verb(name, part), resource, namespace, part)
            if part in ("log", "exec"):
                return PARTS[part](cluster, namespace, name)
            return _object(cluster, resource, namespace, name)
    raise Refused(404, "NotFound", "the server could not find the requested resource")


def _verb(name: str, part: str) -> str:
    if part == "exec":
        return "create"
    if request.method == "GET":
        return "watch" if "watch" in request.args else "get" if name else "list"
    return {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[request.method]


def _object(cluster: "Cluster", resource: Resource, namespace: str, name: str) -> Any:
    store = cluster.store
    if request.method == "GET" and not name:
        if request.args.get("watch") in ("true", "1"):
            return _watch(cluster, resource, namespace)
        return _list(cluster, resource, namespace)
    if request.method == "GET":
        return store.get(resource, namespace, name)
    if request.method == "POST":
        return store.create(resource, namespace, _body()), 201
    if request.method == "DELETE":
        return cluster.delete(resource, namespace, name)
    if request.method == "PUT":
        return store.update(resource, namespace, name, _body())
    return _patch(cluster, resource, namespace, name)


def _patch(cluster: "Cluster", resource: Resource, namespace: str, name: str) -> Any:
    store, patch = cluster.store, _body()
    try:
        before = store.get(resource, namespace, name)
    except Refused:
        if "apply-patch" not in (request.content_type or ""):
            raise
        return store.create(resource, namespace, patch), 201
    if (namespace, name) in cluster.scaled and "replicas" in patch.get("spec", {}):
        _take_over_replicas(cluster, namespace, name)
    return store.update(resource, namespace, name, merged(before, patch))


def _take_over_replicas(cluster: "Cluster", namespace: str, name: str) -> None:
    """A field that an autoscaler has set is its own, unless a server-side apply insists on it."""
    if "apply-patch" in (request.content_type or "") and request.args.get("force") != "true":
        manager = 'conflict with "kube-controller-manager" with subresource "scale"'
        problem = f"Apply failed with 1 conflict: {manager} using apps/v1: .spec.replicas"
        raise Refused(409, "Conflict", problem)
    cluster.scaled.remove((namespace, name))


def _body() -> Object:
    body = request.get_data()
    if body.startswith(wire.MAGIC):
        return wire.decode(body)
    content = yaml.safe_load(body)
    assert isinstance(content, dict), body
    return content


def _list(cluster: "Cluster", resource: Resource, namespace: str) -> Object:
    version = cluster.store.version  # before, so that a watch from it misses nothing
    items = cluster.store.choose(resource, namespace, *_selectors())
    return {
        "kind": f"{resource.kind}List",
        "apiVersion": resource.api,
        "metadata": {"resourceVersion": str(version)},
        "items": items,
    }


def _selectors() -> tuple[str, str]:
    return request.args.get("labelSelector", ""), request.args.get("fieldSelector", "")


def _watch(cluster: "Cluster", resource: Resource, namespace: str) -> Response:
    selectors = _selectors()
    since = int(request.args.get("resourceVersion") or 0)
    from_start = since == 0 or request.args.get("sendInitialEvents") == "true"

    def lines() -> Iterator[str]:
        yield ""  # the head goes out at once, as clients expect
        after = cluster.store.version if from_start else since
        if from_start:
            for content in cluster.store.choose(resource, namespace, *selectors):
                yield _event("ADDED", content)
            yield _event("BOOKMARK", _bookmark(resource, after))
        for _, kind, changed, content in cluster.store.watch(after, cluster.closing):
            where = content["metadata"].get("namespace", "")
            here = changed == resource and namespace in ("", where)
            if here and matches(content, *selectors):
                yield _event(kind, content)

    return Response(lines(), content_type="application/json")


def _event(kind: str, content: Object) -> str:
    return json.dumps({"type": kind, "object": content}) + "\n"


def _bookmark(resource: Resource, version: int) -> Object:
    annotations = {"k8s.io/initial-events-end": "true"}
    meta = {"resourceVersion": str(version), "annotations": annotations}
    return {"kind": resource.kind, "apiVersion": resource.api, "metadata": meta}


def _log(cluster: "Cluster", namespace: str, name: str) -> Response:
    follow = request.args.get("follow") == "true"
    stamped = request.args.get("timestamps") == "true"
    since = request.args.get("sinceTime", "")
    running = cluster.container(namespace, name)
    lines = running.read(follow=follow, since=since)
    text = (f"{stamp} {line}\n" if stamped else f"{line}\n" for stamp, line in lines)
    return Response(text, content_type="text/plain")


def _exec(cluster: "Cluster", namespace: str, name: str) -> str:
    running = cluster.container(namespace, name)
    socket = simple_websocket.Server.accept(request.environ, subprotocols=["v5.channel.k8s.io"])
    command = request.args.getlist("command")
    code = running.execute(command, lambda data: socket.send(bytes([STDOUT]) + data))
    result: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if code:
        cause = {"reason": "ExitCode", "message": str(code)}
        result.update(status="Failure", reason="NonZeroExitCode", details={"causes": [cause]})
        result["message"] = f"command terminated with exit code {code}"
    with contextlib.suppress(simple_websocket.ConnectionClosed):
        socket.send(bytes([ERROR]) + json.dumps(result).encode())
        socket.close()
    return ""


PARTS = {"log": _log, "exec": _exec}
