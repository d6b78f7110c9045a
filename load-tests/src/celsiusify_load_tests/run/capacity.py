"""Search the capacity of targets: each step is recorded as a round."""

import time
from dataclasses import dataclass, field
from functools import partial

from celsiusify_load_tests.config.load_spec import Search
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.host.signals import Interrupted
from celsiusify_load_tests.run import messages
from celsiusify_load_tests.run.capacity_search import (
    Capacity,
    Limit,
    Phase,
    Step,
    UnfinishedError,
    Verdict,
    search,
    sum_up,
)
from celsiusify_load_tests.run.manifest import Manifest
from celsiusify_load_tests.run.plan import RunContext
from celsiusify_load_tests.run.result import FAILED, INTERRUPTED, Round, within
from celsiusify_load_tests.run.round import load_round, reachable
from celsiusify_load_tests.run.runner import Outcome, Strategy, skip_target
from celsiusify_load_tests.servers.local import Server
from celsiusify_load_tests.servers.usage import busiest_percent

GENERATOR = "worker-"


class BrokenError(Exception):
    """A step without a complete record, from which nothing follows."""


@dataclass
class CapacitySearch:
    """The search on all targets of a run, one after the other.

    Attributes:
        search: The objective and the limits of the search on each target.
        found: The capacity of each target, once the search on it has ended.
    """

    search: Search
    found: dict[str, Capacity] = field(default_factory=dict)

    def work(self) -> Strategy:
        """Return the strategy of a run; the first step of each target is known beforehand."""
        return Strategy("capacity", rounds=1, do=self._do, table=self._table)

    def _do(self, context: RunContext, manifest: Manifest, outcome: Outcome) -> None:
        for target in context.plan.targets:
            measured = manifest.measured[target.name]
            if measured.state == FAILED:
                continue
            try:
                outcome.ends.append(self._find(target, context, manifest))
            except ServingError as problem:
                skip_target(target.name, str(problem), context, manifest, outcome)
            except (BrokenError, UnfinishedError) as problem:
                context.terminal.complain(f"{target.name}: {problem}")
                outcome.ends.append(ExitCode.INVALID)
            manifest.save()

    def _find(self, target: Target, context: RunContext, manifest: Manifest) -> ExitCode:
        """Search the capacity of one target."""
        with reachable(target, context, manifest.measured[target.name]) as server:
            steps = _Steps(target, server, context, manifest, self.search)
            result = search(steps.probe, self.search)
        self.found[target.name] = result
        manifest.content["capacity"] = {
            name: {"objective": self.search.objective.model_dump(), **capacity.content()}
            for name, capacity in self.found.items()
        }
        context.terminal.say(f"{target.name}: {messages.capacity(result, self.search.objective)}")
        if result.rate_rps is not None:
            return ExitCode.OK
        return ExitCode.OBJECTIVE_MISSED if result.limit is Limit.OBJECTIVE else ExitCode.INVALID

    def _table(self, manifest: Manifest, outcome: Outcome) -> list[dict[str, str]]:
        return [
            messages.capacity_row(name, len(measured.rounds), self.found.get(name))
            for name, measured in manifest.measured.items()
        ]


class _Steps:
    """The loads of a running target at one rate after the other."""

    def __init__(
        self,
        target: Target,
        server: Server,
        context: RunContext,
        manifest: Manifest,
        limits: Search,
    ) -> None:
        self._load = partial(load_round, target, server, context)
        self._target = target
        self._context = context
        self._manifest = manifest
        self._measured = manifest.measured[target.name]
        self._objective = limits.objective
        self._max_time_s = limits.max_time_s
        self._began_s = time.monotonic()

    def probe(self, rate_rps: float, phase: Phase) -> Verdict:
        """Load the target at a rate and judge the result.

        Raises:
            UnfinishedError: If the time for the search is over.
            BrokenError: If the record isn't complete.
            Interrupted: If a stop was requested.
        """
        if time.monotonic() - self._began_s > self._max_time_s:
            raise UnfinishedError(f"not found in {self._max_time_s:.0f} s")
        entry = self._entry(rate_rps, phase)
        step = self._step(entry)
        verdict = step.judge(self._objective, self._context.plan.load.limits)
        limits = self._context.plan.load.limits
        message = messages.step(rate_rps, step, verdict, self._objective, limits)
        self._context.terminal.say(f"{self._target.name}: {message}")
        return verdict

    def _entry(self, rate_rps: float, phase: Phase) -> Round:
        """Return the round of a step; steps after the first one begin with a pause."""
        rounds = self._measured.rounds
        if rounds[0].phase is None:
            entry = rounds[0]
        else:
            self._context.stop_asked.sleep(self._context.plan.load.cool_down_s)
            rounds.append(entry := Round(len(rounds)))
        entry.rate_rps, entry.phase = rate_rps, phase
        return entry

    def _step(self, entry: Round) -> Step:
        rows = self._load(entry)
        self._manifest.save()
        if entry.state == INTERRUPTED:
            raise Interrupted
        if entry.state == FAILED or entry.steady_from_ns is None or entry.steady_until_ns is None:
            raise BrokenError(entry.problem or "the load never was steady")
        steady = (entry.steady_from_ns, entry.steady_until_ns)
        usage = self._context.path(self._target, "usage.csv")
        cpu_percent = busiest_percent(usage, entry.round, GENERATOR, *steady)
        return sum_up(within(rows, *steady), self._objective.percentile, cpu_percent)
