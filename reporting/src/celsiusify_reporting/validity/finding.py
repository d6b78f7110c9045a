"""The findings of the checks of a run, as codes and figures."""

from dataclasses import dataclass
from enum import StrEnum

from celsiusify_reporting.stats.model import Figure, Figures, MissingCode


class Kind(StrEnum):
    """A group of findings; LEGACY has the caveats of older reports."""

    INCOMPLETE = "incomplete"
    LOSSY = "lossy"
    GENERATOR_BOUND = "generator-bound"
    LATE = "late"
    NON_STATIONARY = "non-stationary"
    UNACCOUNTED_TIME = "unaccounted time"
    NOT_EQUIVALENT = "not equivalent"
    CLOCK = "clock"
    VERSIONS = "versions"
    UNKNOWN = "unknown"
    FAIRNESS = "fairness"
    SETUP = "setup"
    LEGACY = "legacy"


class Severity(StrEnum):
    """The effect of a finding: only an invalid run allows no conclusion."""

    INVALID = "invalid"
    WARNING = "warning"
    CAVEAT = "caveat"


class FindingCode(StrEnum):
    """What a check found; LEGACY holds an older report's sentence as `text`."""

    WRONG_ANSWERS = "wrong_answers"
    PREFLIGHT_FAILED = "preflight_failed"
    SEARCH_UNFINISHED = "search_unfinished"
    RUN_INTERRUPTED = "run_interrupted"
    RUN_FAILED = "run_failed"
    GENERATOR_COUNTS_DIFFER = "generator_counts_differ"
    SERVER_COUNT_DIFFERS = "server_count_differs"
    SERVER_COUNT_UNKNOWN = "server_count_unknown"
    NOT_CALIBRATED = "not_calibrated"
    LOW_HEADROOM = "low_headroom"
    GENERATOR_BUSY = "generator_busy"
    GENERATOR_LATE = "generator_late"
    ARRIVALS_LATE = "arrivals_late"
    GENERATOR_THROTTLED = "generator_throttled"
    WARM_UP_IN_WINDOW = "warm_up_in_window"
    ROUNDS_DRIFT = "rounds_drift"
    STEPS_DRIFT = "steps_drift"
    TIME_UNACCOUNTED = "time_unaccounted"
    THINK_TIME_ADDED = "think_time_added"
    ARRIVALS_NOT_SENT = "arrivals_not_sent"
    ARRIVALS_NOT_SENT_IN_STEPS = "arrivals_not_sent_in_steps"
    VERSIONS_DIFFER = "versions_differ"
    WORKER_CLOCKS_UNKNOWN = "worker_clocks_unknown"
    WORKER_CLOCK_OFF = "worker_clock_off"
    SAMPLING_INTERRUPTED = "sampling_interrupted"
    SAMPLES_MISSED = "samples_missed"
    REPLICAS_UNKNOWN = "replicas_unknown"
    OBSERVER_CLOCK_UNKNOWN = "observer_clock_unknown"
    OBSERVER_CLOCK_UNCERTAIN = "observer_clock_uncertain"
    ENGINE_CAVEAT = "engine_caveat"
    UNEQUAL_CPU = "unequal_cpu"
    UNEQUAL_CONDITIONS = "unequal_conditions"
    NEW_REPLICAS_IDLE = "new_replicas_idle"
    READY_REPLICAS_IDLE = "ready_replicas_idle"
    INSTANCES_UNEVEN = "instances_uneven"
    INSTANCES_UNNAMED = "instances_unnamed"
    SERVER_UNKNOWN = "server_unknown"
    CORES_SHARED = "cores_shared"
    FEW_ROUNDS = "few_rounds"
    IMAGE_UNKNOWN = "image_unknown"
    DIGEST_UNKNOWN = "digest_unknown"
    ENGINE_UNKNOWN = "engine_unknown"
    NODE_SHARED = "node_shared"
    REPLICAS_CHANGED = "replicas_changed"
    LEGACY = "legacy"


@dataclass(frozen=True)
class Finding:
    """A finding of a check.

    Attributes:
        target: The name of the target; None if the finding concerns the whole run.
        round: The number of the round; None if the finding concerns all rounds.
        figures: The measured values and their limits (`limit_…`). A name ends in the unit.
    """

    code: FindingCode | MissingCode
    kind: Kind
    severity: Severity
    target: str | None
    round: int | None
    figures: Figures


def finding(
    code: FindingCode | MissingCode,
    kind: Kind,
    severity: Severity,
    target: str | None = None,
    round_: int | None = None,
    **figures: Figure,
) -> Finding:
    """Return a finding with figures given by name."""
    return Finding(code, kind, severity, target, round_, figures)


def invalid_if(condition: bool) -> Severity:
    """Return the severity of a finding that makes a run invalid on a condition."""
    return Severity.INVALID if condition else Severity.WARNING
