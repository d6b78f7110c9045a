"""Objects in memory, with the history that watchers read."""

import copy
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from .resources import RESOURCES, Object, Resource
from .selectors import matches

DEFAULTS: dict[str, Object] = {
    "Service": {"clusterIP": "10.96.0.10"},
    "Deployment": {"replicas": 1},
}
"""What the server fills in."""

Key = tuple[Resource, str, str]
Event = tuple[int, str, Resource, Object]


class Refused(Exception):  # noqa: N818  # an answer of the server, not a fault of it
    """A request that Kubernetes would refuse; `reason` and `code` as in its Status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason


class Store:
    """The objects, by kind, namespace and name."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._objects: dict[Key, Object] = {}
        self._events: list[Event] = []
        self.listeners: list[Callable[[str, Resource, Object], None]] = []

    def create(self, resource: Resource, namespace: str, content: Object) -> Object:
        """Add an object; refused if it is there, or its namespace isn't."""
        made = copy.deepcopy(content)
        meta = made.setdefault("metadata", {})
        if "generateName" in meta and "name" not in meta:
            meta["name"] = meta["generateName"] + uuid.uuid4().hex[:5]
        name = meta["name"]
        with self.changed:
            if (resource, namespace, name) in self._objects:
                raise Refused(409, "AlreadyExists", f'{resource.title} "{name}" already exists')
            if resource.namespaced and not self.has_namespace(namespace):
                raise not_found("namespaces", namespace)
            if resource.namespaced:
                meta["namespace"] = namespace
            meta.update(uid=str(uuid.uuid4()), generation=1, creationTimestamp=now())
            made.setdefault("apiVersion", resource.api)
            made.setdefault("kind", resource.kind)
            for key, value in DEFAULTS.get(resource.kind, {}).items():
                made["spec"].setdefault(key, value)
            return self._save(resource, made, "ADDED")

    def update(self, resource: Resource, namespace: str, name: str, content: Object) -> Object:
        """Replace an object; what identifies it stays."""
        with self.changed:
            before = self.get(resource, namespace, name)
            made = copy.deepcopy(content)
            for key in ("uid", "creationTimestamp", "namespace", "name"):
                if key in before["metadata"]:
                    made["metadata"][key] = before["metadata"][key]
            grown = made.get("spec") != before.get("spec")
            made["metadata"]["generation"] = before["metadata"].get("generation", 1) + grown
            return self._save(resource, made, "MODIFIED")

    def edit(
        self, resource: Resource, namespace: str, name: str, change: Callable[[Object], None]
    ) -> Object | None:
        """Change an object in place, as a controller does; nothing if it is gone."""
        with self.changed:
            if (resource, namespace, name) not in self._objects:
                return None
            content = self.get(resource, namespace, name)
            change(content)
            return self._save(resource, content, "MODIFIED")

    def delete(self, resource: Resource, namespace: str, name: str) -> Object:
        """Remove an object."""
        with self.changed:
            gone = self._objects.pop((resource, namespace, name), None)
            if gone is None:
                raise not_found(resource.title, name)
            return self._save(resource, gone, "DELETED")

    def get(self, resource: Resource, namespace: str, name: str) -> Object:
        """Return a copy of an object."""
        with self.changed:
            found = self._objects.get((resource, namespace, name))
            if found is None:
                raise not_found(resource.title, name)
            return copy.deepcopy(found)

    def choose(
        self, resource: Resource, namespace: str = "", labels: str = "", fields: str = ""
    ) -> list[Object]:
        """Return copies of the objects that the selectors choose."""
        with self.changed:
            return [
                copy.deepcopy(content)
                for (kind, where, _), content in self._objects.items()
                if kind == resource
                and namespace in ("", where)
                and matches(content, labels, fields)
            ]

    def owned_by(self, uid: str) -> list[tuple[Resource, Object]]:
        """The objects that name an owner."""
        with self.changed:
            return [
                (resource, content)
                for (resource, _, _), content in self._objects.items()
                if any(
                    owner["uid"] == uid for owner in content["metadata"].get("ownerReferences", ())
                )
            ]

    def has_namespace(self, name: str) -> bool:
        """Is there such a namespace?"""
        return (find("namespaces"), "", name) in self._objects

    @property
    def version(self) -> int:
        """The version of the last change."""
        return len(self._events)

    def watch(self, since: int, until: Callable[[], bool]) -> Iterator[Event]:
        """Yield the changes after a version, as they come."""
        while not until():
            with self.changed:
                if len(self._events) <= since:
                    self.changed.wait(0.2)
                fresh = self._events[since:]
            for event in fresh:
                yield event
                since = event[0]

    def _save(self, resource: Resource, content: Object, kind: str) -> Object:
        meta = content["metadata"]
        meta["resourceVersion"] = str(self.version + 1)
        if kind != "DELETED":
            self._objects[(resource, meta.get("namespace", ""), meta["name"])] = content
        said = copy.deepcopy(content)
        self._events.append((self.version + 1, kind, resource, said))
        self.changed.notify_all()
        for listener in self.listeners:
            listener(kind, resource, copy.deepcopy(content))
        return copy.deepcopy(content)


def now() -> str:
    """This moment as Kubernetes writes it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def find(plural: str, api: str | None = None) -> Resource:
    """A kind by its plural."""
    return next(
        resource
        for resource in RESOURCES
        if resource.plural == plural and api in (None, resource.api)
    )


def not_found(title: str, name: str) -> Refused:
    """The answer where something isn't there."""
    return Refused(404, "NotFound", f'{title} "{name}" not found')


def merged(content: Any, patch: Any) -> Any:
    """Merge as JSON Merge Patch does (RFC 7386): lists are replaced."""
    if not isinstance(patch, dict) or not isinstance(content, dict):
        return copy.deepcopy(patch)
    result = {key: value for key, value in content.items() if patch.get(key, ...) is not None}
    for key, value in patch.items():
        if value is not None:
            result[key] = merged(result.get(key), value)
    return result
