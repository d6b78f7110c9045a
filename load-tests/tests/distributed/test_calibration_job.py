import json
from dataclasses import replace
from pathlib import Path

import pytest

from celsiusify_load_tests.config.profiles import resolve
from celsiusify_load_tests.config.targets import find_targets
from celsiusify_load_tests.distributed import calibration_job
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity, Subject

TARGETS_FILE = Path(__file__).parents[3] / "targets.yaml"
CAPACITY = GeneratorCapacity(
    rate_rps=1000.0,
    floor_p50_ms=0.05,
    floor_p99_ms=0.1,
    requests=3000,
    seconds=3.0,
    generator_cpu_percent=90.0,
    responder_cpu_percent=None,
)


@pytest.mark.parametrize("profile", ["reference", "spike"])
def test_a_worker_tries_what_its_leader_means(tmp_path: Path, profile: str) -> None:
    """What is told as JSON is understood as it was meant, but for what each worker has itself."""
    meant = Subject(
        run="R",
        load=resolve({"profile": profile, "seed": 3, "connection": "rotate:7"}),
        targets=find_targets(TARGETS_FILE, ["tfserving", "converter-api"]),
        targets_file=TARGETS_FILE,
        processes=4,
    )
    copy = tmp_path / "targets.yaml"
    copy.write_text(TARGETS_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    told = json.loads(json.dumps(calibration_job.details(meant, processes=2)))
    assert calibration_job.subject(told, copy) == replace(meant, targets_file=copy, processes=2)


def test_rates_are_added_and_of_all_else_the_worst_counts() -> None:
    slower = replace(
        CAPACITY, rate_rps=500.0, floor_p99_ms=0.3, requests=1500, responder_cpu_percent=99.0
    )
    assert calibration_job.added([CAPACITY, slower]) == GeneratorCapacity(
        rate_rps=1500.0,
        floor_p50_ms=0.05,
        floor_p99_ms=0.3,
        requests=4500,
        seconds=3.0,
        generator_cpu_percent=90.0,
        responder_cpu_percent=99.0,
        how=calibration_job.HOW.format(2),
    )
