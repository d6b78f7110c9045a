"""Stop a run whose requests have ever new names.

Locust keeps statistics for each name. A locustfile that puts a random value into the URL and gives
no `name=` makes an entry of every request: that takes the generator's time and memory, so that it
slows down while it measures, and leaves statistics that nobody can read.
"""

import sys
from typing import Any

import gevent
from locust import events
from locust.env import Environment
from locust.runners import WorkerRunner

MAX_NAMES = 20
PERIOD_S = 0.5
USAGE_ERROR = 2

_events: Any = events  # Locust's hooks have no types


def guard_names() -> None:
    """Stop any run of this Locust process that comes to more than `MAX_NAMES` names.

    Our own locustfile calls it. One of yours can too, at its top.
    """
    _events.init.add_listener(_watch)


def _watch(environment: Environment, **_: Any) -> None:
    # A master knows the names of all its workers; a worker forgets its own at each report.
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(_stop_if_unbounded, environment)


def _stop_if_unbounded(environment: Environment) -> None:
    while (names := len(environment.stats.entries)) <= MAX_NAMES:
        gevent.sleep(PERIOD_S)
    example = next(reversed(list(environment.stats.entries)))[0]
    sys.stderr.write(
        f"stopped: {names} different request names so far, like {example!r}, of at most "
        f"{MAX_NAMES}; give all requests of a kind one name: client.get(url, name='/convert/')\n"
    )
    environment.process_exit_code = USAGE_ERROR
    if environment.runner is not None:
        environment.runner.quit()
