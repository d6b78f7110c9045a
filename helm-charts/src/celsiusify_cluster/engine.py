"""The images of `make image`, taken out of a container engine."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.programs import find_program, run

DOCKER_HUB = "docker.io"
NO_IMAGE = re.compile(r"No such image|image not known")


class Engine:
    """Docker, or what understands the same commands."""

    def __init__(self, name: str) -> None:
        self._program = find_program(name, "it runs the cluster; DOCKER=podman names another")

    def save(self, image: str, folder: Path) -> Path:
        """Write an image to a file, under the full name that a cluster knows it by.

        Raises:
            ClusterError: If it isn't there.
        """
        full = full_name(image)
        finished = run([self._program, "tag", image, full])
        if NO_IMAGE.search(finished.stderr):
            raise ClusterError(f"there is no image {image}: `make image` builds it")
        if finished.returncode:
            raise ClusterError(f"{self._program} doesn't answer: {_last_line(finished.stderr)}")
        path = folder / f"{full.replace('/', '_').replace(':', '_')}.tar"
        finished = run([self._program, "save", "--output", str(path), full])
        if finished.returncode:
            raise ClusterError(f"image {image} can't be saved: {_last_line(finished.stderr)}")
        return path


def full_name(image: str) -> str:
    """An image's name with its registry, which Podman would take for localhost."""
    first = image.partition("/")[0]
    has_registry = "/" in image and ("." in first or ":" in first or first == "localhost")
    return image if has_registry else f"{DOCKER_HUB}/{image}"


def _last_line(complaint: str) -> str:
    return (complaint.strip().splitlines() or ["it says nothing"])[-1]


def images(manifests: str) -> list[str]:
    """The images that rendered objects use, each once."""
    documents = yaml.safe_load_all(manifests)
    return list(dict.fromkeys(image for content in documents for image in _images(content)))


def _images(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("containers"), list):
            yield from (container["image"] for container in content["containers"])
        for value in content.values():
            yield from _images(value)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for entry in content:
            yield from _images(entry)
