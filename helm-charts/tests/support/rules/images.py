"""Images that are what they were when the chart was released."""

import re
from collections.abc import Iterator

from ..manifests import Manifest, pods

# [registry/]path[:tag][@digest], as the distribution specification has it.
IMAGE = re.compile(
    r"""
    ([a-z0-9.-]+(:[0-9]+)?/)?           # registry, or the path's first part
    [a-z0-9._-]+(/[a-z0-9._-]+)*
    (:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?
    (@(?P<digest>sha256:[0-9a-f]{64}))?
    """,
    re.VERBOSE,
)


def images_are_pinned(manifests: list[Manifest]) -> Iterator[str]:
    """Images have a digest or a tag, which isn't `latest`."""
    for pod in pods(manifests):
        for container in pod.containers:
            match = IMAGE.fullmatch(container["image"])
            if match is None:
                yield f"{pod.name}: {container['image']} isn't an image"
            elif not match["digest"] and match["tag"] in (None, "latest"):
                yield f"{pod.name}: {container['image']} isn't pinned"


def pull_policies_are_said(manifests: list[Manifest]) -> Iterator[str]:
    """A container says when its image is pulled: Kubernetes would decide by the tag."""
    for pod in pods(manifests):
        for container in pod.containers:
            if container.get("imagePullPolicy") not in ("Always", "IfNotPresent", "Never"):
                yield f"{pod.name}: imagePullPolicy {container.get('imagePullPolicy')!r}"
