"""What is watched of each target: the Deployment behind the Service that the load goes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from celsiusify_cluster.kubectl import Kubectl
from celsiusify_cluster.samples import has_labels


@dataclass(frozen=True)
class Watched:
    """A target's Deployment, and the labels of its pods."""

    target: str
    deployment: str
    labels: Mapping[str, str]


def find_watched(kubectl: Kubectl, urls: Mapping[str, str]) -> list[Watched]:
    """Find the Deployments behind the URLs; a target that is elsewhere has none.

    Args:
        kubectl: Where to look.
        urls: By target, e.g. `http://celsiusify-tf-serving:8080`.
    """
    services = {entry["metadata"]["name"]: entry for entry in kubectl.try_items("services")}
    deployments = kubectl.try_items("deployments")
    watched = []
    for target, url in urls.items():
        name = (urlsplit(url).hostname or "").partition(".")[0]
        labels = services.get(name, {}).get("spec", {}).get("selector")
        watched += [
            Watched(target, deployment["metadata"]["name"], labels)
            for deployment in deployments
            if labels and has_labels(deployment["spec"]["template"], labels)
        ]
    return watched
