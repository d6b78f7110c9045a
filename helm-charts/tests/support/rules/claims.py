"""Claims that nobody waits for in vain, and that keep what is in them."""

from collections.abc import Iterator

from ..manifests import HOOK, Manifest, name, of_kind, pods

POLICY = "helm.sh/hook-delete-policy"


def claims_hold_nobody_up(manifests: list[Manifest]) -> Iterator[str]:
    """`helm --wait` waits until a claim is bound, which mostly happens when a pod first uses it.

    So a claim that no lasting pod uses is a hook, which isn't waited for: https://github.com/helm/helm/issues/10733.
    """
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for pod in pods(of_kind(manifests, "Deployment"))
        for volume in pod.spec.get("volumes") or []
        if "persistentVolumeClaim" in volume
    }
    for claim in of_kind(manifests, "PersistentVolumeClaim"):
        if claim["metadata"]["name"] not in used and HOOK not in _annotations(claim):
            yield f"{name(claim)} isn't bound before a load uses it"


def claims_are_kept(manifests: list[Manifest]) -> Iterator[str]:
    """A hook without a policy is deleted before it is made anew, with all that is in it."""
    for claim in of_kind(manifests, "PersistentVolumeClaim"):
        annotations = _annotations(claim)
        if HOOK in annotations and annotations.get(POLICY) != "hook-failed":
            yield f"{name(claim)} is deleted at the next upgrade"


def _annotations(claim: Manifest) -> dict[str, str]:
    return claim["metadata"].get("annotations") or {}
