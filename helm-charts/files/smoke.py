"""Ask a target for 451 °F, as targets.yaml says it is asked, and check the answer.

`helm test` runs it in the image of load-tests: `smoke.py TARGET HOST:PORT PATIENCE_S`. As long as
nobody answers it asks again: a new pod's network may come up later than the pod.
"""

import sys
import time
from pathlib import Path

from celsiusify_load_tests.client.base import Client, ConnectionCounts, ExchangeError
from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.config.targets import find_target

FAHRENHEIT = 451.0
CELSIUS = 232.777778
TOLERANCE = 1e-4


def ask(client: Client, until_s: float) -> float:
    """Return the answer in °C; `until_s` is when to give up, on the monotonic clock."""
    while True:
        connection = client.connect(ConnectionCounts())
        try:
            return client.read(connection.exchange(client.fill(FAHRENHEIT)))
        except ExchangeError:
            if time.monotonic() > until_s:
                raise
            time.sleep(1)
        finally:
            connection.close()


name, address, patience_s = sys.argv[1:]
target = find_target(Path(__file__).with_name("targets.yaml"), name)
url = f"{PROTOCOLS[target.request.protocol].scheme}://{address}"
try:
    celsius = ask(target.client(url), time.monotonic() + float(patience_s))
except (ExchangeError, WrongAnswerError) as problem:
    sys.exit(f"{name} at {url}: {problem}")
sys.stdout.write(f"{name} at {url}: {FAHRENHEIT:g} °F is {celsius:.6f} °C\n")
if not abs(celsius - CELSIUS) <= TOLERANCE:
    sys.exit(f"expected {CELSIUS} °C, within {TOLERANCE}")
