"""Load Jobs: they run when told to, once, for a bounded time."""

from collections.abc import Iterator

from ..manifests import Manifest, job_spec, name, of_kind

DAY_S = 86_400


def cron_jobs_wait_for_somebody(manifests: list[Manifest]) -> Iterator[str]:
    """CronJobs are suspended: they are what `kubectl create job --from` copies."""
    for cron_job in of_kind(manifests, "CronJob"):
        if cron_job["spec"].get("suspend") is not True:
            yield f"{name(cron_job)} isn't suspended"
        if cron_job["spec"].get("concurrencyPolicy") != "Forbid":
            yield f"{name(cron_job)} may run beside itself"


def jobs_end(manifests: list[Manifest]) -> Iterator[str]:
    """Jobs are bounded in time; they are cleared away, but not at once: logs are the results."""
    for manifest in of_kind(manifests, "CronJob", "Job"):
        spec = job_spec(manifest)
        if not 0 < spec.get("activeDeadlineSeconds", 0) <= DAY_S:
            yield f"{name(manifest)} runs for up to {spec.get('activeDeadlineSeconds')} s"
        if not 3600 <= spec.get("ttlSecondsAfterFinished", 0) <= 30 * DAY_S:
            yield f"{name(manifest)} is kept for {spec.get('ttlSecondsAfterFinished')} s"


def jobs_never_repeat_a_load(manifests: list[Manifest]) -> Iterator[str]:
    """A load that failed isn't made again."""
    for manifest in of_kind(manifests, "CronJob", "Job"):
        spec = job_spec(manifest)
        indexed = spec.get("completionMode") == "Indexed"
        if spec.get("backoffLimitPerIndex" if indexed else "backoffLimit") != 0:
            yield f"{name(manifest)} tries again"
        if indexed and spec.get("podReplacementPolicy") != "Failed":
            yield f"{name(manifest)} replaces pods that still end"


def members_run_together(manifests: list[Manifest]) -> Iterator[str]:
    """The members of a distributed load run all at the same time, each with an index of its own."""
    for manifest in of_kind(manifests, "CronJob", "Job"):
        spec = job_spec(manifest)
        if spec.get("parallelism", 1) != spec.get("completions", 1):
            members = f"{spec.get('parallelism')} of {spec.get('completions')} members"
            yield f"{name(manifest)}: {members} at a time"
        if spec.get("completionMode") != "Indexed":
            yield f"{name(manifest)}: its members have no index"
