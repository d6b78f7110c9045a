"""Which of Locust's users make which load."""

from locust.env import Environment

from celsiusify_load_tests.options import options_of
from celsiusify_load_tests.schedule import ARRIVALS
from celsiusify_load_tests.scheduled_user import ScheduledUser
from celsiusify_load_tests.user import ConvertUser, LoadUser

USERS: dict[str, type[LoadUser]] = {"closed": ConvertUser, **dict.fromkeys(ARRIVALS, ScheduledUser)}
"""By the option `--load`."""


def choose_users(environment: Environment) -> None:
    """Keep the users that the options ask for: those of an open load are one a process."""
    options = environment.parsed_options
    assert options is not None
    chosen = USERS[options_of(options).load]
    environment.user_classes = [chosen]
    if chosen is ScheduledUser:
        options.num_users = options.spawn_rate = options.expect_workers if options.master else 1
