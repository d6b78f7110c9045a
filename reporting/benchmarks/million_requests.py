"""Measure the time and the memory of a report of a million requests.

Two targets under the reference load, five rounds of a minute each. The output is the number
of rows, the duration of the command, and its largest resident memory. The objective is below 30 s
and 1 GB.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

# The builders of synthetic runs are a package beside the tests, which isn't installed.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.runs import Load, make_run


def main() -> None:
    """Make a run, report it, and print time and memory."""
    with tempfile.TemporaryDirectory() as results:
        folder = make_run(
            Path(results) / "million", {"tfserving": _load(1), "converter-api": _load(2)}
        )
        rows = sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "celsiusify_reporting", "report", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - begin
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{rows:,} requests reported in {seconds:.1f} s with at most {peak_mib:,.0f} MiB")


def _load(seed: int) -> Load:
    latencies_ms = np.random.default_rng(seed).lognormal(np.log(1.5 * seed), 0.5, 200_000)
    return Load(
        (latencies_ms * 1e6).astype(np.int64),
        users=100,
        think_ns=52_500_000,
        steady_s=60,
        slowing=[1] * 5,
    )


if __name__ == "__main__":
    main()
