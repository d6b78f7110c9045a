"""Measure the generator's lag for an open load's arrivals, and its CPU use.

    python benchmarks/open_load.py [--rates 500 1000 2000 4000 8000] [--seconds 4] [--processes 1]

A null server runs on one core, the generator on another. The lag is the delay between an arrival's
intended time and the generator's wake-up. If other processes share the generator's core, they cause
the lag's high percentiles: they delay the generator by some milliseconds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from celsiusify_load_tests.config.profiles import resolve
from celsiusify_load_tests.config.targets import find_target
from celsiusify_load_tests.generator.arrivals import SCHEDULES
from celsiusify_load_tests.host.cpu_affinity import for_load_on
from celsiusify_load_tests.host.signals import Interruption
from celsiusify_load_tests.recording.events import read_timeline
from celsiusify_load_tests.recording.reader import read_requests
from celsiusify_load_tests.run.locust_process import Job, drive
from celsiusify_load_tests.run.result import latency_ms, within
from celsiusify_load_tests.servers.null_server import running
from celsiusify_load_tests.servers.usage import Sampler, busiest_percent

TARGETS_FILE = Path(__file__).parents[2] / "targets.yaml"
FAHRENHEIT = 451  # for all requests, since the null server has one answer
RATES_RPS = [500.0, 1000.0, 2000.0, 4000.0, 8000.0]


def measure(job: Job, usage: Path) -> str:
    """Load the null server at a rate; return the results as a line."""

    def workers() -> dict[str, int | None]:
        found = read_timeline(job.spool).workers
        return {f"worker-{index}": pid for index, pid in found.items()}

    with Sampler(usage, 0, workers), Interruption() as stop_asked:
        problem = drive(job, for_load_on([None]).generator, lambda: None, stop_asked).problem
    timeline = read_timeline(job.spool)
    if problem or timeline.problems or not (timeline.steady_from_ns and timeline.steady_until_ns):
        sys.exit(f"no whole record: {problem or timeline.problems}")
    steady = (timeline.steady_from_ns, timeline.steady_until_ns)
    rows = within(read_requests(job.spool), *steady)
    delivered_rps = rows.num_rows / (steady[1] - steady[0]) * 1e9
    lags_us = np.percentile(rows["lag_us"].to_numpy(), (50, 99, 100))
    latencies_ms = np.percentile(latency_ms(rows), (50, 99))
    return (
        f"{job.load.rate_rps:9,g}{delivered_rps:13,.1f}"
        + "".join(f"{lag_us:9,.0f}" for lag_us in lags_us)
        + f"{busiest_percent(usage, 0, 'worker-', *steady) or np.nan:8.0f}"
        + "".join(f"{found_ms:11.3f}" for found_ms in latencies_ms)
    )


def main() -> None:
    """Measure each rate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--target", default="converter-api", help="whose requests to make")
    parser.add_argument("--load", choices=SCHEDULES, default="poisson")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES_RPS)
    parser.add_argument("--seconds", type=int, default=4, help="how long to measure each")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    target, cores = find_target(TARGETS_FILE, options.target), for_load_on([None]).target
    load = resolve(
        {
            "profile": "capacity",
            "model": options.load,
            "rate_rps": options.rates[0],
            "warm_up_s": 1,
            "run_time_s": options.seconds,
            "fahrenheit": (FAHRENHEIT, FAHRENHEIT - 1),
        }
    )
    body = target.client().right_answer(FAHRENHEIT)
    print("   rate/s  delivered/s  lag p50      p99   max µs   CPU %  p50 ms     p99 ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(
            target.request.protocol, body, folder, processes=len(cores or [0]), cores=cores
        ) as server:
            for number, rate_rps in enumerate(options.rates):
                job = Job(
                    run="benchmark",
                    target=target,
                    round=0,
                    targets_file=TARGETS_FILE,
                    url=server.url,
                    load=load.at_rate(rate_rps),
                    processes=options.processes,
                    spool=folder / f"spool-{number}",
                    log=folder / f"log-{number}",
                )
                print(measure(job, folder / f"usage-{number}.csv"), flush=True)


if __name__ == "__main__":
    main()
