"""The time limits of waiting for a cluster."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeLimits:
    """Time limits in s; tests pass shorter ones.

    Attributes:
        problem_s: The time for which a pod may have a problem. Kubernetes retries a pull after
            10 s, and then after 20 s.
        silence_s: The time without an answer of the cluster, or of a node.
        quiet_log_s: The time without a line of a leader, which reports its clock every 10 s. A
            stream that is silent for longer may hang, as some do after much output at once or a
            rotation of the log; a new stream doesn't.
        answer_s: The time for a pod's answer, or its end.
        metrics_s: The time for the first metrics of a new cluster.
        progress_s: The time between two lines of progress in a log.
    """

    problem_s: float = 20
    silence_s: float = 300
    quiet_log_s: float = 45
    answer_s: float = 30
    metrics_s: float = 240
    progress_s: float = 30
