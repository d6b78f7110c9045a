"""Stop a run with too many different request names.

Locust keeps statistics for each name. A locustfile with a random value in the URL and no `name=`
creates an entry for every request. The entries take the generator's time and memory, so the
generator slows down during the measurement, and the statistics are unreadable.
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
    """Stop any run of this Locust process that has more than `MAX_NAMES` names.

    Call this function at the top of a locustfile, as the package's own locustfile does.
    """
    _events.init.add_listener(_watch)


def _watch(environment: Environment, **_: Any) -> None:
    # A master knows the names of all workers; a worker clears its own at each report.
    if not isinstance(environment.runner, WorkerRunner):
        gevent.spawn(_stop_if_unbounded, environment)


def _stop_if_unbounded(environment: Environment) -> None:
    while (names := len(environment.stats.entries)) <= MAX_NAMES:
        gevent.sleep(PERIOD_S)
    example = next(reversed(list(environment.stats.entries)))[0]
    sys.stderr.write(
        f"stopped: {names} different request names, such as {example!r}; expected at most "
        f"{MAX_NAMES}; give all requests of a kind one name: client.get(url, name='/convert/')\n"
    )
    environment.process_exit_code = USAGE_ERROR
    if environment.runner is not None:
        environment.runner.quit()
