"""Write findings: a template for each code, filled with its figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from celsiusify_reporting.compare.parity import Condition, Parity
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import listing
from celsiusify_reporting.narrative.parity_text import difference, holders
from celsiusify_reporting.narrative.templates import Choice, Template, fill, written
from celsiusify_reporting.stats.model import Figure, MissingCode
from celsiusify_reporting.stats.resources import CpuProblem
from celsiusify_reporting.validity.finding import Finding, FindingCode

ADVICE = (
    "Kept connections pin to the pods that were there first and hide autoscaling: "
    "use --connection rotate:N."
)

MISSING: Mapping[StrEnum, Template] = {
    MissingCode.NO_REQUESTS_RECORDED: (
        "{target}: nothing was measured: there is no request in {file}."
    ),
    MissingCode.ROUND_NOT_MEASURED: "{target}: nothing was measured in round {round}.",
    MissingCode.NO_STEADY_WINDOW: (
        "{target}: no statistics of round {round}: it has no steady window, from when all users "
        "were running (steady_from_ns {steady_from_ns}) until they were asked to stop "
        "(steady_until_ns {steady_until_ns})."
    ),
    MissingCode.NO_REQUEST_IN_WINDOW: "{target}: no request started within the steady window.",
    MissingCode.NO_USERS_FILE: "{target}: no users over time: there is no {file}.",
    MissingCode.NO_USAGE_FILE: "{target}: no CPU time and no memory: there is no {file}.",
    MissingCode.PROCESSES_OUT_OF_REACH: (
        "{target}: no CPU time and no memory of the target: its processes were out of reach."
    ),
    MissingCode.TARGET_CPU_UNKNOWN: "{target}: no CPU time of the target: {cpu_problem}.",
    MissingCode.TARGET_MEMORY_UNKNOWN: "{target}: no memory of the target: not recorded.",
    MissingCode.GENERATOR_CPU_UNKNOWN: (
        "{target}: no CPU time of the load generator: not recorded."
    ),
    MissingCode.WORKER_CPU_UNKNOWN: "{target}: no CPU time of {worker}: {cpu_problem}.",
    MissingCode.LEGACY: "{text}",
}

LATE = (
    "{target}: in {late_rounds} of {rounds} rounds the load generator woke up over {limit_ms} late "
    "for more than one in a hundred requests; at worst one in a hundred was {lag_p99_ms} late."
)
NOT_SENT = (
    "{target}: {delivered_percent} of the arrivals were sent (less than {limit_percent}); "
    "{dropped} found no free connection"
)
NEW_IDLE = "{target}: replicas rose, but the new ready replica answered no request."
ALL_NEW_IDLE = (
    "{target}: replicas rose, but none of the {replicas} new ready replicas answered a request."
)
FINDINGS: Mapping[StrEnum, Template] = {
    FindingCode.WRONG_ANSWERS: "{target}: {wrong} of {asked} answers were wrong.",
    FindingCode.PREFLIGHT_FAILED: "{target}: {problem}.",
    FindingCode.SEARCH_UNFINISHED: "{target}: the search for its highest rate didn't finish.",
    FindingCode.RUN_INTERRUPTED: Choice(
        "problem",
        {None: "{target}: the run was interrupted; the reason isn't recorded."},
        "{target}: the run was interrupted: {problem}.",
    ),
    FindingCode.RUN_FAILED: Choice(
        "problem",
        {None: "{target}: the run failed; the reason isn't recorded."},
        "{target}: the run failed: {problem}.",
    ),
    FindingCode.GENERATOR_COUNTS_DIFFER: (
        "{target}, round {round}: the counts don't agree. The rows say {rows_started} started, "
        "{rows_succeeded} succeeded, {rows_failed} failed, {rows_aborted} aborted, {rows_dropped} "
        "dropped; the load generator says {generator_started} started, {generator_succeeded} "
        "succeeded, {generator_failed} failed, {generator_aborted} aborted, {generator_dropped} "
        "dropped."
    ),
    FindingCode.SERVER_COUNT_DIFFERS: (
        "{target}, round {round}: the target itself counted {server} requests, the load generator "
        "{started} ({gap_percent} off)."
    ),
    FindingCode.SERVER_COUNT_UNKNOWN: (
        "{target}: in {unknown_rounds} of {rounds} rounds the target's own count isn't known and "
        "can't be compared with the rows: {problem}."
    ),
    FindingCode.NOT_CALIBRATED: (
        "The load generator was not calibrated: its own highest rate isn't known."
    ),
    FindingCode.LOW_HEADROOM: (
        "{target}: the load generator reaches {calibrated_rps} requests a second against a null "
        "server, {headroom} times the {achieved_rps} reached here (less than {limit_headroom} "
        "times)."
    ),
    FindingCode.GENERATOR_BUSY: (
        "{target}: the load generator was at its own limit (its busiest process used {cpu_percent} "
        "of a core, over {limit_percent}), so that latencies include its own delays."
    ),
    FindingCode.GENERATOR_LATE: LATE,
    FindingCode.ARRIVALS_LATE: LATE,
    FindingCode.GENERATOR_THROTTLED: (
        "{target}: in {throttled_rounds} of {rounds} rounds its CPU quota throttled the load "
        "generator for over {limit_percent} of the time, at worst for {worst_percent}: latencies "
        "include that. Give the load generator more CPU."
    ),
    FindingCode.WARM_UP_IN_WINDOW: Choice(
        "warming_up",
        {
            1: "{target}: {warming_up} of {rounds} rounds was still warming up when its window "
            "began; {longest_s} of its steady window are left out."
        },
        "{target}: {warming_up} of {rounds} rounds were still warming up when their windows began; "
        "up to {longest_s} of a steady window are left out.",
    ),
    FindingCode.ROUNDS_DRIFT: Choice(
        "drifting",
        {
            1: "{target}: {drifting} of {rounds} rounds drifted (round {numbers}): thirds of the "
            "steady window differ by {spread_percent} (over {limit_percent})."
        },
        "{target}: {drifting} of {rounds} rounds drifted (rounds {numbers}): thirds of a steady "
        "window differ by up to {spread_percent} (over {limit_percent}).",
    ),
    FindingCode.STEPS_DRIFT: Choice(
        "drifting",
        {
            1: "{target}: step {step} of its rate, {rate_rps} a second, drifted in round {round}: "
            "thirds of the step differ by {spread_percent} (over {limit_percent}), so that its "
            "figures depend on its length."
        },
        "{target}: {drifting} steps of its rate drifted, most of all step {step}, {rate_rps} a "
        "second, in round {round}: thirds of the step differ by {spread_percent} (over "
        "{limit_percent}), so that its figures depend on its length.",
    ),
    FindingCode.TIME_UNACCOUNTED: (
        "{target}: {residual_percent} of the users' time is neither think time nor waiting for an "
        "answer (over {limit_percent}): not all of the {users} users were active all the time."
    ),
    FindingCode.THINK_TIME_ADDED: (
        "{target}: users thought {added_ms} longer than asked for ({added_percent}, over "
        "{limit_percent}): the load generator was late, and the load less than the profile says."
    ),
    FindingCode.ARRIVALS_NOT_SENT: NOT_SENT + ".",
    FindingCode.ARRIVALS_NOT_SENT_IN_STEPS: NOT_SENT + ": no percentile of latency includes them.",
    FindingCode.VERSIONS_DIFFER: (
        "Not all workers ran the leader's versions: {worker} had {versions}."
    ),
    FindingCode.WORKER_CLOCKS_UNKNOWN: (
        "{target}: how far workers' clocks were off after a round isn't known."
    ),
    FindingCode.WORKER_CLOCK_OFF: (
        "{target}, round {round}: the clock of {worker} was {residual_ms} off the leader's at the "
        "end, after the correction (over {limit_ms}): its requests may be counted in a wrong "
        "second or step."
    ),
    FindingCode.SAMPLING_INTERRUPTED: "Replicas weren't observed all the time: {problem}.",
    FindingCode.SAMPLES_MISSED: (
        "{missed} samples of replicas are missing, of {samples}: a change may be reported late."
    ),
    FindingCode.REPLICAS_UNKNOWN: (
        "How many replicas {targets} had isn't known: nothing was sampled."
    ),
    FindingCode.OBSERVER_CLOCK_UNKNOWN: (
        "The offset of the observing machine's clock isn't known: neither are the exact times of "
        "replicas."
    ),
    FindingCode.OBSERVER_CLOCK_UNCERTAIN: (
        "The offset of the observing machine's clock is known to within {uncertainty_ms} only: so "
        "are the times of replicas."
    ),
    FindingCode.ENGINE_CAVEAT: "{target}: {caveat}",
    FindingCode.UNEQUAL_CPU: Choice(
        "condition",
        {
            Condition.CPU_LIMIT_CORES.value: (
                "Unequal CPU: a replica of each target may use different numbers of cores: "
                "{condition}."
            )
        },
        "Unequal CPU: the targets were given different numbers of cores: {condition}.",
    ),
    FindingCode.UNEQUAL_CONDITIONS: "Not equal between the targets: {conditions}.",
    FindingCode.NEW_REPLICAS_IDLE: Choice(
        "keeps_connections",
        {True: Choice("replicas", {1: NEW_IDLE + " " + ADVICE}, ALL_NEW_IDLE + " " + ADVICE)},
        Choice("replicas", {1: NEW_IDLE}, ALL_NEW_IDLE),
    ),
    FindingCode.READY_REPLICAS_IDLE: Choice(
        "keeps_connections",
        {
            True: "{target}: {answering} of {replicas} ready replicas answered, the others "
            "nothing. " + ADVICE
        },
        "{target}: {answering} of {replicas} ready replicas answered, the others nothing.",
    ),
    FindingCode.INSTANCES_UNEVEN: (
        "{target}: of {instances} instances the busiest answered {busiest_percent}, {ratio} times "
        "an even share. " + ADVICE
    ),
    FindingCode.INSTANCES_UNNAMED: (
        "{target} had up to {replicas} ready replicas, and its answers don't name the one that "
        "answers: whether all of them did isn't known. " + ADVICE
    ),
    FindingCode.SERVER_UNKNOWN: (
        "What served {targets} isn't known: the run used a server that was already running."
    ),
    FindingCode.CORES_SHARED: (
        "No cores were reserved for {targets}: server and load generator shared all cores."
    ),
    FindingCode.FEW_ROUNDS: Choice(
        "rounds",
        {
            1: "Each target was loaded once: a difference between the targets can't be told from "
            "the difference that another run would show."
        },
        "Each target was loaded {rounds} times: a difference between the targets can't be told "
        "from the difference that another run would show.",
    ),
    FindingCode.IMAGE_UNKNOWN: "What served {targets} isn't known: no image was recorded.",
    FindingCode.DIGEST_UNKNOWN: (
        "The digest of the image of {targets} isn't known, so that another image of the same name "
        "can't be told from it."
    ),
    FindingCode.ENGINE_UNKNOWN: (
        "The engine in the image of {targets} isn't recorded: neither its version nor whether it "
        "is a stand-in is known."
    ),
    FindingCode.NODE_SHARED: (
        "Load generator and {targets} ran on the same node: they took CPU time from each other."
    ),
    FindingCode.REPLICAS_CHANGED: Choice(
        "targets_compared",
        {
            True: "{target}: replicas changed within the steady window, {fewest} to {most} were "
            "ready. The run shows how a deployment scales, not what a server does, and compares "
            "deployments, not servers."
        },
        "{target}: replicas changed within the steady window, {fewest} to {most} were ready. The "
        "run shows how a deployment scales, not what a server does.",
    ),
    FindingCode.LEGACY: "{text}",
}
TEMPLATES = {**MISSING, **FINDINGS}

CPU_PROBLEMS = {
    CpuProblem.TOO_FEW_SAMPLES: "fewer than two samples in the steady window",
    CpuProblem.NOT_RECORDED: "not recorded",
    CpuProblem.RESTARTED: "the process was started again",
}


@dataclass(frozen=True)
class FindingWriter:
    """Sentences of findings, with the titles of targets and the values of conditions."""

    titles: Mapping[str, str]
    parity: Parity

    def sentence(self, finding: Finding) -> str:
        """Return the sentence of a finding."""
        figures = {**finding.figures, "target": finding.target, "round": finding.round}
        return fill(TEMPLATES[finding.code], {**figures, **finding.figures}, self._written)

    def sentences(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Return the sentences of some findings."""
        return tuple(self.sentence(finding) for finding in findings)

    def _written(self, name: str, value: Figure) -> str:
        if name == "target":
            return self.titles.get(str(value), str(value))
        if isinstance(value, tuple):
            return listing([self._named(name, part) for part in value])
        if name == "condition":
            return holders(self.parity, str(value), self.titles)
        if name == "cpu_problem":
            return CPU_PROBLEMS[CpuProblem(str(value))]
        return str(value) if name in ("caveat", "text") else written(name, value)

    def _named(self, name: str, part: str) -> str:
        if name == "targets":
            return self.titles.get(part, part)
        return difference(self.parity, part, self.titles) if name == "conditions" else part


def finding_writer(run: Run, parity: Parity) -> FindingWriter:
    """Return the writer of a run's findings."""
    titles = {name: target.called for name, target in run.targets.items()}
    return FindingWriter(titles, parity)
