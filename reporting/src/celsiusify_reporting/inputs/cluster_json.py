"""cluster.json: where the parts of a run ran in a Kubernetes cluster."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.load_plan import Name, Recorded, parse
from celsiusify_reporting.inputs.run_json import Engine, Run

CLUSTER = "cluster.json"


class Node(Recorded):
    """A node of the cluster."""

    name: str
    cpu_cores: float | None = None
    memory_bytes: int | None = None
    kubelet: str | None = None
    container_runtime: str | None = None
    os_image: str | None = None
    architecture: str | None = None


class Pod(Recorded):
    """A pod of the load generator, and its node."""

    pod: str | None = None
    node: str | None = None


class Clock(Recorded):
    """The observing machine's clock minus the leader's, with its uncertainty."""

    offset_ms: float | None = None
    uncertainty_ms: float | None = None


class Autoscaler(Recorded):
    """The autoscaler of a target."""

    kind: str
    min: int | None = None
    max: int | None = None
    target_cpu_percent: float | None = None
    scale_up_stabilization_s: float | None = None
    scale_down_stabilization_s: float | None = None


class Deployed(Recorded):
    """The deployment of a target; limits are those of a replica."""

    deployment: str | None = None
    engine: Engine | None = None
    image: str | None = None
    image_id: str | None = None
    cpu_request_cores: float | None = None
    cpu_limit_cores: float | None = None
    memory_limit_bytes: int | None = None
    nodes: tuple[str, ...] = ()
    autoscaler: Autoscaler | None = None

    @property
    def digest(self) -> str | None:
        """The image's digest, which identifies it: a tag may be moved."""
        _, prefix, digest = (self.image_id or "").partition("sha256:")
        return prefix + digest if prefix else None


class Sampling(Recorded):
    """The sampling of replicas and pods."""

    period_s: float | None = None
    samples: int | None = None
    missed: int | None = None
    problem: str | None = None


class Cluster(Recorded):
    """A cluster.json."""

    format: Literal[1]
    context: str | None = None
    server_version: str | None = None
    namespace: str | None = None
    release: str | None = None
    chart: str | None = None
    job: str | None = None
    nodes: tuple[Node, ...] = ()
    leader: Pod | None = None
    workers: tuple[Pod, ...] = ()
    clock: Clock = Clock()
    targets: dict[Name, Deployed] = Field(default_factory=dict)
    sampling: Sampling = Sampling()
    files: dict[str, str] = Field(default_factory=dict)

    @property
    def load_nodes(self) -> tuple[str, ...]:
        """The nodes of the load generator: the workers', or else the leader's."""
        pods = self.workers or ((self.leader,) if self.leader else ())
        return tuple(dict.fromkeys(pod.node for pod in pods if pod.node))


def read_cluster(folder: Path) -> Cluster | None:
    """Read a run's cluster.json, or return None if the run wasn't made in a cluster.

    Raises:
        ReportError: If the file isn't what results/README.md describes.
    """
    path = folder / CLUSTER
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    return parse(path, text, Cluster)


def with_engines(run: Run, cluster: Cluster) -> Run:
    """Return a run with the engines from cluster.json: the load generator knew URLs only."""
    targets = {
        name: target.model_copy(update={"engine": target.engine or _engine(cluster, name)})
        for name, target in run.targets.items()
    }
    return run.model_copy(update={"targets": targets})


def _engine(cluster: Cluster, name: str) -> Engine | None:
    return cluster.targets.get(name, Deployed()).engine
