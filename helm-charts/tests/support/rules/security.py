"""Pod Security Standards, level `restricted`, and what goes beyond it.

The controls are those of https://kubernetes.io/docs/concepts/security/pod-security-standards/.
"""

from collections.abc import Iterator

from ..manifests import Manifest, Pod, pods

USER = 65532  # what the images say
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SECCOMP = ("RuntimeDefault", "Localhost")
SAFE_SYSCTLS = {"net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"}


def pods_are_restricted(manifests: list[Manifest]) -> Iterator[str]:
    """Every pod, tests and Jobs too, meets Pod Security's level `restricted`."""
    for pod in pods(manifests):
        for fault in (*_host_faults(pod), *_user_faults(pod)):
            yield f"{pod.name}: {fault}"
        for container in pod.containers:
            for fault in _container_faults(container):
                yield f"{pod.name}: {container['name']}: {fault}"


def pods_run_as_the_images_user(manifests: list[Manifest]) -> Iterator[str]:
    """Pods run as 65532, in number: a kubelet can't see that a named user isn't root."""
    for pod in pods(manifests):
        context = pod.spec.get("securityContext") or {}
        for key in ("runAsUser", "runAsGroup", "fsGroup"):
            if context.get(key) != USER:
                yield f"{pod.name}: {key} is {context.get(key)}"


def root_file_systems_are_read_only(manifests: list[Manifest]) -> Iterator[str]:
    """No container can write to its image's files."""
    for pod in pods(manifests):
        for container in pod.containers:
            if (container.get("securityContext") or {}).get("readOnlyRootFilesystem") is not True:
                yield f"{pod.name}: {container['name']} can write its root file system"


def pods_have_no_token(manifests: list[Manifest]) -> Iterator[str]:
    """No pod gets a token of the API server, nor every Service's address in its environment."""
    for pod in pods(manifests):
        for key in ("automountServiceAccountToken", "enableServiceLinks"):
            if pod.spec.get(key) is not False:
                yield f"{pod.name}: {key} isn't false"


def service_accounts_have_no_token(manifests: list[Manifest]) -> Iterator[str]:
    """ServiceAccounts hand out no token, and pods use none but the release's own."""
    for manifest in manifests:
        if (
            manifest["kind"] == "ServiceAccount"
            and manifest.get("automountServiceAccountToken") is not False
        ):
            yield f"ServiceAccount {manifest['metadata']['name']} hands out tokens"
    for pod in pods(manifests):
        if pod.spec.get("serviceAccountName", "default") == "default":
            yield f"{pod.name} uses the namespace's default ServiceAccount"


def _host_faults(pod: Pod) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(key):
            yield f"{key} is set"
    for volume in pod.spec.get("volumes") or []:
        if other := volume.keys() - VOLUMES - {"name"}:
            yield f"volume {volume['name']} is a {', '.join(sorted(other))}"
    for sysctl in (pod.spec.get("securityContext") or {}).get("sysctls") or []:
        if sysctl["name"] not in SAFE_SYSCTLS:
            yield f"sysctl {sysctl['name']} is set"


def _user_faults(pod: Pod) -> Iterator[str]:
    own = pod.spec.get("securityContext") or {}
    for container in pod.containers:
        context = own | (container.get("securityContext") or {})
        if context.get("runAsNonRoot") is not True:
            yield f"{container['name']} may run as root"
        if context.get("runAsUser") == 0:
            yield f"{container['name']} runs as root"
        if (context.get("seccompProfile") or {}).get("type") not in SECCOMP:
            yield f"{container['name']} has no seccomp profile"


def _container_faults(container: Manifest) -> Iterator[str]:
    context = container.get("securityContext") or {}
    capabilities = context.get("capabilities") or {}
    if context.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges"
    if context.get("privileged"):
        yield "is privileged"
    if "ALL" not in (capabilities.get("drop") or []):
        yield "keeps capabilities"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "adds capabilities"
    if context.get("procMount", "Default") != "Default":
        yield "sees an unmasked /proc"
    if any("hostPort" in port for port in container.get("ports") or []):
        yield "takes a port of the node"
