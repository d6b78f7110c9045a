"""Ask a target for 451 °F, as targets.yaml says it is asked, and check the answer.

`helm test` runs it in the image of load-tests: `smoke.py TARGET HOST:PORT`.
"""

import sys
from pathlib import Path

from celsiusify_load_tests.check import WrongAnswerError
from celsiusify_load_tests.exchange import ConnectionCounts, ExchangeError
from celsiusify_load_tests.protocols import PROTOCOLS
from celsiusify_load_tests.targets import find_target

FAHRENHEIT = 451.0
CELSIUS = 232.777778
TOLERANCE = 1e-4

name, address = sys.argv[1:]
target = find_target(Path(__file__).with_name("targets.yaml"), name)
url = f"{PROTOCOLS[target.request.protocol].scheme}://{address}"
client = target.client(url)
try:
    celsius = client.read(client.connect(ConnectionCounts()).exchange(client.fill(FAHRENHEIT)))
except (ExchangeError, WrongAnswerError) as problem:
    sys.exit(f"{name} at {url}: {problem}")
sys.stdout.write(f"{name} at {url}: {FAHRENHEIT:g} °F is {celsius:.6f} °C\n")
if not abs(celsius - CELSIUS) <= TOLERANCE:
    sys.exit(f"expected {CELSIUS} °C, within {TOLERANCE}")
