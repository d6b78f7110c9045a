"""What the load generator itself can do, against a server that does nothing.

A load that comes near the generator's own limit measures the generator. So before anything is
timed, the same client, checks and record are driven at a responder with the same protocol: by many
users who don't think for the highest rate, by one for the lowest latency. MLPerf's load generator
is tried against a "null system under test" likewise (github.com/mlcommons/inference, loadgen).
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from celsiusify_load_tests.ability import Ability, Subject
from celsiusify_load_tests.bench import FAHRENHEIT, Bench
from celsiusify_load_tests.cores import Split
from celsiusify_load_tests.interruption import Interruption
from celsiusify_load_tests.responder import running
from celsiusify_load_tests.summary import latency_ms
from celsiusify_load_tests.targets import Target

USERS = 32  # for each load-generating process: enough to keep it busy
CEILING_S, FLOOR_S = 3, 1


def calibrate(subject: Subject, split: Split, stop_asked: Interruption) -> dict[str, Ability]:
    """Try the generator in each protocol that the run's targets speak.

    Raises:
        CalibrationError: If that leaves no whole record.
        Interrupted: If a stop was asked for.
    """
    by_protocol: dict[str, Target] = {}
    for target in subject.targets:
        by_protocol.setdefault(target.request.protocol, target)
    return {
        protocol: _try(target, subject, split, stop_asked)
        for protocol, target in by_protocol.items()
    }


def _try(target: Target, subject: Subject, split: Split, stop_asked: Interruption) -> Ability:
    """Drive a target's requests at a responder that answers them."""
    protocol, processes, cores = target.request.protocol, subject.processes, split.target
    body = target.client().right_answer(FAHRENHEIT)
    with (
        TemporaryDirectory(prefix="celsiusify-") as folder,
        running(protocol, body, Path(folder), processes=len(cores or [0]), cores=cores) as servers,
    ):
        bench = Bench(target, servers, subject, split, stop_asked, Path(folder))
        ceiling = bench.load("ceiling", USERS * processes, processes, CEILING_S)
        floor = bench.load("floor", 1, 1, FLOOR_S)
    p50_ms, p99_ms = np.percentile(latency_ms(floor.rows), (50, 99))
    return Ability(
        rate_rps=round(ceiling.rows.num_rows / ceiling.seconds, 1),
        floor_p50_ms=round(float(p50_ms), 4),
        floor_p99_ms=round(float(p99_ms), 4),
        requests=ceiling.rows.num_rows,
        seconds=round(ceiling.seconds, 3),
        generator_cpu_percent=_rounded(ceiling.generator_cpu_percent),
        responder_cpu_percent=_rounded(ceiling.responder_cpu_percent),
    )


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)
