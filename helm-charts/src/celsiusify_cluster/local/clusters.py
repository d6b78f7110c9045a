"""Create clusters with kind or minikube, and load images into them."""

import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.programs import find_program, run, show

METRICS_SERVER = {
    "repo": "https://kubernetes-sigs.github.io/metrics-server/",
    "version": "3.13.1",
    "args": "{--kubelet-insecure-tls}",  # kubelets of kind sign their certificates themselves
}


class LocalCluster(ABC):
    """A cluster on this machine, made by a program such as kind.

    Args:
        name: The cluster's name.
        engine: The container engine: `docker` or `podman`.
    """

    program: str

    def __init__(self, name: str, engine: str) -> None:
        self.name, self.engine = name, engine
        self._found = find_program(self.program)

    @property
    @abstractmethod
    def context(self) -> str:
        """The cluster's context in the kubeconfig."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that the program needs."""
        return {}

    @property
    def has_metrics_server(self) -> bool:
        """True if `create` installs metrics-server."""
        return False

    @abstractmethod
    def exists(self) -> bool:
        """Return True if the cluster exists."""

    @abstractmethod
    def create(self) -> None:
        """Create the cluster unless it exists, and add its context to the kubeconfig."""

    @abstractmethod
    def load(self, archive: Path) -> None:
        """Load an image into the cluster."""

    @abstractmethod
    def delete(self) -> None:
        """Delete the cluster."""

    def run(self, *arguments: str) -> str:
        """Run the program and show its output."""
        return show([self._found, *arguments], self.environment)


class Kind(LocalCluster):
    """Kubernetes in containers: https://kind.sigs.k8s.io."""

    program = "kind"

    @property
    def context(self) -> str:
        """The cluster's context in the kubeconfig."""
        return f"kind-{self.name}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that kind needs."""
        return {"KIND_EXPERIMENTAL_PROVIDER": self.engine}

    def exists(self) -> bool:
        """Return True if the cluster exists."""
        return self.name in self.run("get", "clusters").split()

    def create(self) -> None:
        """Create the cluster unless it exists, and add its context to the kubeconfig."""
        if self.exists():
            self.run("export", "kubeconfig", f"--name={self.name}")
            return
        try:
            self.run("create", "cluster", f"--name={self.name}", "--wait=180s")
        except KeyboardInterrupt:
            self.delete()  # kind leaves half a cluster, which the next time would be one
            raise

    def load(self, archive: Path) -> None:
        """Load an image into the cluster."""
        self.run("load", "image-archive", str(archive), f"--name={self.name}")

    def delete(self) -> None:
        """Delete the cluster."""
        self.run("delete", "cluster", f"--name={self.name}")


class Minikube(LocalCluster):
    """Kubernetes on one machine: https://minikube.sigs.k8s.io."""

    program = "minikube"

    @property
    def context(self) -> str:
        """The cluster's context in the kubeconfig."""
        return self.name

    @property
    def has_metrics_server(self) -> bool:
        """True if `create` installs metrics-server."""
        return True

    def exists(self) -> bool:
        """Return True if the cluster exists."""
        return f'"{self.name}"' in self.run("profile", "list", "--output=json", "--light")

    def create(self) -> None:
        """Start the cluster; minikube creates or repairs it as necessary."""
        addons = "--addons=metrics-server"
        self.run("start", f"--profile={self.name}", f"--driver={self.engine}", "--wait=all", addons)

    def load(self, archive: Path) -> None:
        """Load an image into the cluster."""
        self.run("image", "load", str(archive), f"--profile={self.name}")

    def delete(self) -> None:
        """Delete the cluster."""
        self.run("delete", f"--profile={self.name}")


MAKERS: tuple[type[LocalCluster], ...] = (Kind, Minikube)


def local_cluster(name: str, engine: str) -> LocalCluster:
    """Return a cluster made by the first program that is installed.

    Raises:
        ClusterError: If neither kind nor minikube is installed.
    """
    for maker in MAKERS:
        if shutil.which(maker.program):
            return maker(name, engine)
    known = " nor ".join(maker.program for maker in MAKERS)
    raise ClusterError(
        f"neither {known} is installed: get one of them from https://kind.sigs.k8s.io or "
        f"https://minikube.sigs.k8s.io"
    )


DOCKER_HUB = "docker.io"
NO_IMAGE = re.compile(r"No such image|image not known")


class Engine:
    """Docker, or a program with the same commands."""

    def __init__(self, name: str) -> None:
        self._program = find_program(name, "it runs the cluster; DOCKER=podman names another")

    def save(self, image: str, folder: Path) -> Path:
        """Save an image to a file, under its full name.

        Raises:
            ClusterError: If the image doesn't exist.
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
    """Return an image's name with its registry; Podman would assume localhost."""
    first = image.partition("/")[0]
    has_registry = "/" in image and ("." in first or ":" in first or first == "localhost")
    return image if has_registry else f"{DOCKER_HUB}/{image}"


def _last_line(complaint: str) -> str:
    return (complaint.strip().splitlines() or ["it says nothing"])[-1]


def images(manifests: str) -> list[str]:
    """Return the images of rendered objects, each once."""
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
