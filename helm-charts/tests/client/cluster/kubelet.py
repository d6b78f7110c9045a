"""What a node tells of itself, and of the pods on it."""

from .containers import Container
from .resources import Object
from .store import now

NODE: Object = {
    "metadata": {"name": "node-1"},
    "status": {
        "capacity": {"cpu": "4", "memory": "16384000Ki"},
        "nodeInfo": {
            "kubeletVersion": "v1.37.1",
            "containerRuntimeVersion": "containerd://2.2.0",
            "osImage": "Debian GNU/Linux 13",
            "architecture": "amd64",
        },
    },
}


def node_metrics() -> Object:
    """What the node uses."""
    return {"metadata": dict(NODE["metadata"]), "timestamp": now(), "usage": {"cpu": "1"}}


def unschedulable(why: str) -> Object:
    """The status of a pod that fits no node."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    return {"phase": "Pending", "conditions": [{**condition, "message": why}]}


def without_image(container: Object) -> Object:
    """The status of a pod whose image isn't on the node, and mustn't be pulled."""
    image = container["image"]
    said = f'Container image "{image}" is not present with pull policy of Never'
    waiting = {"reason": "ErrImageNeverPull", "message": said}
    entry = {"name": container["name"], "image": image, "ready": False}
    return {"phase": "Pending", "containerStatuses": [{**entry, "state": {"waiting": waiting}}]}


def begin(content: Object) -> None:
    """Run a pod: all its containers are up at once."""
    content["spec"]["nodeName"] = NODE["metadata"]["name"]
    entries = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": f"{container['image']}@sha256:{'ab' * 32}",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": now()}},
        }
        for container in content["spec"]["containers"]
    ]
    content["status"] = {
        "phase": "Running",
        "startTime": now(),
        "conditions": [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": now()},
            {"type": "Ready", "status": "True", "lastTransitionTime": now()},
        ],
        "containerStatuses": entries,
    }


def end(content: Object, code: int, container: Container) -> None:
    """End a pod, as its container says; what somebody else said of it meanwhile stays."""
    status = content["status"]
    if status["phase"] != "Running":
        return
    status["phase"] = "Failed" if code else "Succeeded"
    status["conditions"][1]["status"] = "False"
    if container.evicted_because:
        status.update(reason="Evicted", message=container.evicted_because)
    for entry in status["containerStatuses"]:
        entry["ready"] = False
        reason = container.killed_as or ("Error" if code else "Completed")
        entry["state"] = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": now()}}
