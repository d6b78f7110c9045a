"""One fault for each rule at the least, put into the good sample, and what the rule says of it."""

from dataclasses import dataclass
from typing import Any

HOOK_POLICY = "metadata.annotations.helm\\.sh/hook-delete-policy"
INSTANCE = "app\\.kubernetes\\.io/instance"
WEB = "Deployment/r-web"
POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"
CRON_JOB = "CronJob/r-load-web"
JOB = "spec.jobTemplate.spec"
LOAD = f"{JOB}.template.spec.containers.0"
SCALER = "HorizontalPodAutoscaler/r-web"
BUDGET = "PodDisruptionBudget/r-web"
REMOVED = object()
SECOND_SCALER = {"kind": "ScaledObject", "spec": {"scaleTargetRef": {"name": "r-web"}}}


@dataclass(frozen=True)
class Fault:
    """A wrong value at a path of an object, dots in keys escaped; `REMOVED` takes it out."""

    rule: str
    owner: str
    path: str
    value: Any
    says: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.path} = {'nothing' if self.value is REMOVED else self.value}"


FAULTS = [
    Fault("names_are_dns_labels", WEB, "metadata.name", "r-" + "w" * 62, "63"),
    Fault("names_are_dns_labels", WEB, "metadata.name", "r-Web", "DNS label"),
    Fault("names_are_dns_labels", "Service/r-web", "metadata.name", "2-web", "DNS label"),
    Fault("names_are_dns_labels", CRON_JOB, "metadata.name", "r" * 53, "52"),
    Fault("names_of_containers_and_ports_are_short", WEB, f"{CONTAINER}.name", "Web", "Web"),
    Fault(
        "names_of_containers_and_ports_are_short", WEB, f"{CONTAINER}.ports.0.name", "p" * 16, "15"
    ),
    Fault("names_are_unique", "Service/r-web-headless", "metadata.name", "r-web", "2 times"),
    Fault("labels_are_standard", WEB, f"metadata.labels.{INSTANCE}", REMOVED, "instance"),
    Fault("label_values_are_valid", WEB, "metadata.labels.version", 1.0, "1.0"),
    Fault("label_values_are_valid", WEB, "spec.template.metadata.labels.x", "v1+git", "v1+git"),
    Fault("subdomains_leave_room_for_hostnames", CRON_JOB, "metadata.name", "r" * 51, "63"),
    Fault("workloads_select_their_own_pods", WEB, "spec.template.metadata.labels", {}, "own"),
    Fault("workloads_select_nobody_elses_pods", WEB, "spec.selector.matchLabels", {}, "selects"),
    Fault("selectors_are_stable", WEB, "spec.selector.matchLabels.version", "1", "version"),
    Fault("budgets_and_policies_select_pods", BUDGET, "spec.selector.matchLabels.x", "y", "no pod"),
    Fault(
        "spreads_select_their_own_pods",
        WEB,
        f"{POD}.topologySpreadConstraints",
        [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"x": "y"}}}],
        "zone",
    ),
    Fault("services_select_pods", "Service/r-web", "spec.selector.x", "y", "no pod"),
    Fault("target_ports_are_open", "Service/r-web", "spec.ports.0.targetPort", "grpc", "grpc"),
    Fault(
        "headless_ports_are_the_pods_own", "Service/r-web-headless", "spec.ports.0.port", 80, "80"
    ),
    Fault(
        "ingresses_and_routes_lead_to_services",
        "Ingress/r-web",
        "spec.rules.0.http.paths.0.backend.service.port",
        {"number": 80},
        "80",
    ),
    Fault(
        "ingresses_and_routes_lead_to_services",
        "HTTPRoute/r-web",
        "spec.rules.0.backendRefs.0.name",
        "web",
        "no Service web",
    ),
    Fault("monitors_select_services", "ServiceMonitor/r-web", "spec.endpoints.0.port", "x", "x"),
    Fault("monitors_select_services", "ServiceMonitor/r-web", "spec.selector", {}, "3 Services"),
    Fault("subdomains_are_headless_services", CRON_JOB, f"{JOB}.template.spec.subdomain", "x", "x"),
    Fault(
        "subdomains_are_headless_services", "Service/r-load-pods", "spec.selector.x", "y", "select"
    ),
    Fault("autoscalers_have_a_target", SCALER, "spec.scaleTargetRef.name", "web", "Deployment/web"),
    Fault("workloads_have_one_autoscaler", "ServiceAccount/r-web", "", SECOND_SCALER, "2"),
    Fault("autoscaled_workloads_leave_replicas_out", WEB, "spec.replicas", 1, "replicas"),
    Fault("autoscalers_have_room", SCALER, "spec.minReplicas", 6, "6 to 5"),
    Fault("utilization_has_requests", WEB, f"{CONTAINER}.resources", {}, "cpu"),
    Fault("budgets_let_nodes_drain", BUDGET, "spec.maxUnavailable", 0, "no pod"),
    Fault("budgets_let_nodes_drain", BUDGET, "spec.minAvailable", 1, "drain"),
    Fault("budgets_let_nodes_drain", BUDGET, "spec.minAvailable", "100%", "drain"),
    Fault("images_are_pinned", WEB, f"{CONTAINER}.image", "celsiusify/web:latest", "latest"),
    Fault("images_are_pinned", WEB, f"{CONTAINER}.image", "localhost:5000/web", "pinned"),
    Fault("images_are_pinned", WEB, f"{CONTAINER}.image", "/web:1", "isn't an image"),
    Fault("pull_policies_are_said", WEB, f"{CONTAINER}.imagePullPolicy", "always", "always"),
    Fault("pods_restart_as_their_kind_asks", WEB, f"{POD}.restartPolicy", "Never", "Never"),
    Fault(
        "pods_restart_as_their_kind_asks", "Pod/r-web-test", "spec.restartPolicy", REMOVED, "Always"
    ),
    Fault("containers_request_and_are_limited", WEB, f"{CONTAINER}.resources.limits", {}, "cpu"),
    Fault(
        "containers_request_and_are_limited",
        WEB,
        f"{CONTAINER}.resources.limits.memory",
        "1Gi",
        "more memory",
    ),
    Fault(
        "names_within_a_pod_are_unique",
        WEB,
        f"{CONTAINER}.env",
        [{"name": "A"}, {"name": "A"}],
        "2",
    ),
    Fault("mounts_have_volumes", WEB, f"{POD}.volumes", [], "tmp"),
    Fault("empty_volumes_are_bounded", WEB, f"{POD}.volumes.0.emptyDir", {}, "tmp"),
    Fault("named_objects_exist", WEB, f"{POD}.volumes.1.configMap.name", "x", "ConfigMap x"),
    Fault("named_objects_exist", WEB, f"{POD}.serviceAccountName", "x", "ServiceAccount x"),
    Fault("tests_are_pods_that_stay", "Pod/r-web-test", HOOK_POLICY, "hook-succeeded", "kept"),
    Fault("tests_are_pods_that_stay", "Pod/r-web-test", "kind", "Job", "is a Job"),
    Fault("pods_are_restricted", WEB, f"{POD}.hostNetwork", True, "hostNetwork"),
    Fault("pods_are_restricted", WEB, f"{POD}.volumes.0.hostPath", {"path": "/"}, "hostPath"),
    Fault("pods_are_restricted", WEB, f"{POD}.securityContext.runAsNonRoot", REMOVED, "as root"),
    Fault("pods_are_restricted", WEB, f"{POD}.securityContext.runAsUser", 0, "runs as root"),
    Fault("pods_are_restricted", WEB, f"{POD}.securityContext.seccompProfile", REMOVED, "seccomp"),
    Fault("pods_are_restricted", WEB, f"{POD}.securityContext.sysctls", [{"name": "x"}], "sysctl"),
    Fault(
        "pods_are_restricted",
        WEB,
        f"{CONTAINER}.securityContext.allowPrivilegeEscalation",
        REMOVED,
        "privileges",
    ),
    Fault(
        "pods_are_restricted", WEB, f"{CONTAINER}.securityContext.privileged", True, "privileged"
    ),
    Fault(
        "pods_are_restricted", WEB, f"{CONTAINER}.securityContext.capabilities.drop", [], "keeps"
    ),
    Fault(
        "pods_are_restricted",
        WEB,
        f"{CONTAINER}.securityContext.capabilities.add",
        ["SYS_ADMIN"],
        "adds",
    ),
    Fault(
        "pods_are_restricted", WEB, f"{CONTAINER}.securityContext.procMount", "Unmasked", "/proc"
    ),
    Fault("pods_are_restricted", WEB, f"{CONTAINER}.ports.0.hostPort", 80, "port of the node"),
    Fault(
        "pods_are_restricted", CRON_JOB, f"{JOB}.template.spec.hostPID", True, "CronJob/r-load-web"
    ),
    Fault("pods_run_as_the_images_user", WEB, f"{POD}.securityContext.fsGroup", REMOVED, "fsGroup"),
    Fault(
        "root_file_systems_are_read_only",
        WEB,
        f"{CONTAINER}.securityContext.readOnlyRootFilesystem",
        False,
        "write",
    ),
    Fault("pods_have_no_token", WEB, f"{POD}.automountServiceAccountToken", REMOVED, "automount"),
    Fault(
        "service_accounts_have_no_token",
        "ServiceAccount/r-web",
        "automountServiceAccountToken",
        REMOVED,
        "hands out",
    ),
    Fault("service_accounts_have_no_token", WEB, f"{POD}.serviceAccountName", REMOVED, "default"),
    Fault("servers_are_probed", WEB, f"{CONTAINER}.livenessProbe", REMOVED, "lacks"),
    Fault("servers_are_probed", WEB, f"{CONTAINER}.livenessProbe.httpGet.path", "/readyz", "busy"),
    Fault("probes_ask_open_ports", WEB, f"{CONTAINER}.readinessProbe.httpGet.port", 80, "80"),
    Fault("probes_give_the_server_time", WEB, f"{CONTAINER}.startupProbe", REMOVED, "starts"),
    Fault(
        "probes_give_the_server_time",
        WEB,
        f"{CONTAINER}.livenessProbe.failureThreshold",
        1,
        "taken out",
    ),
    Fault("servers_wait_before_they_end", WEB, f"{CONTAINER}.lifecycle", REMOVED, "SIGTERM"),
    Fault("servers_wait_before_they_end", WEB, f"{POD}.terminationGracePeriodSeconds", 5, "killed"),
    Fault("cron_jobs_wait_for_somebody", CRON_JOB, "spec.suspend", False, "suspended"),
    Fault("cron_jobs_wait_for_somebody", CRON_JOB, "spec.concurrencyPolicy", REMOVED, "beside"),
    Fault("jobs_end", CRON_JOB, f"{JOB}.activeDeadlineSeconds", REMOVED, "runs for"),
    Fault("jobs_end", CRON_JOB, f"{JOB}.ttlSecondsAfterFinished", 0, "kept for 0 s"),
    Fault("jobs_never_repeat_a_load", CRON_JOB, f"{JOB}.backoffLimitPerIndex", REMOVED, "again"),
    Fault("jobs_never_repeat_a_load", CRON_JOB, f"{JOB}.podReplacementPolicy", REMOVED, "replaces"),
    Fault("members_run_together", CRON_JOB, f"{JOB}.parallelism", 1, "1 of 2"),
    Fault("members_run_together", CRON_JOB, f"{JOB}.completionMode", REMOVED, "no index"),
    Fault(
        "loads_ask_services_that_are_there",
        CRON_JOB,
        f"{LOAD}.args.1",
        "--host=web=http://r-web:80",
        "http://r-web:80",
    ),
    Fault(
        "loads_ask_services_that_are_there",
        CRON_JOB,
        f"{LOAD}.args.1",
        "--host=http://web:8080",
        "http://web:8080",
    ),
    Fault("variables_in_arguments_are_defined", CRON_JOB, f"{LOAD}.env", [], "$(JOB_NAME)"),
    Fault(
        "members_look_for_their_leader_where_it_is",
        CRON_JOB,
        f"{LOAD}.args.0",
        "--leader=$(JOB_NAME)-0.pods",
        "pods",
    ),
    Fault("config_maps_fit", "ConfigMap/r-web", "data.big", "x" * 1024 * 1024, "1048"),
    Fault("config_maps_hold_something", "ConfigMap/r-web", "data", {}, "empty"),
    Fault("config_maps_hold_something", "ConfigMap/r-web", "data.lost", "\n", "lost"),
    Fault("python_compiles", "ConfigMap/r-web", "data.bad\\.py", "{{ x }", "bad.py, line 1"),
    Fault(
        "kinds_are_those_that_are_documented", "ConfigMap/r-web", "kind", "ClusterRole", "Cluster"
    ),
    Fault("objects_stay_in_the_namespace", WEB, "metadata.namespace", "kube-system", "kube-system"),
    Fault("templates_left_nothing_behind", WEB, "spec.paused", None, "paused"),
    Fault("templates_left_nothing_behind", WEB, f"{CONTAINER}.image", "a:%!s(int=7)", "int=7"),
    Fault(
        "pods_are_closed_both_ways",
        "NetworkPolicy/r-web",
        "spec.policyTypes",
        ["Ingress"],
        "Egress",
    ),
    Fault(
        "policies_name_their_directions",
        "NetworkPolicy/r-load",
        "spec.policyTypes",
        [],
        "policyTypes",
    ),
    Fault(
        "policies_open_ports_that_exist",
        "NetworkPolicy/r-web",
        "spec.ingress.0.ports.0.port",
        1,
        "1",
    ),
]
