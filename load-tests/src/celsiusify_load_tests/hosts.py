"""Which of the servers that a command line points at is which target."""

from collections.abc import Mapping, Sequence

from celsiusify_load_tests.errors import LoadTestError

Given = tuple[str | None, str]
"""A target's name, or None where only one is meant, and a URL."""


def by_target(given: Sequence[Given | None], names: Sequence[str], option: str) -> dict[str, str]:
    """Say where each target is; of several URLs for one the last counts.

    Args:
        given: What was given with an option; None for an empty value.
        names: The targets that are loaded.
        option: How the option is called.

    Raises:
        LoadTestError: If a URL can't be told to be one target's.
    """
    found: dict[str, str] = {}
    for name, url in filter(None, given):
        if name is None and len(names) > 1:
            raise LoadTestError(
                f"{option} is one server, but {len(names)} targets are named; "
                f"say which it is: {option} {names[0]}={url}"
            )
        if name not in (None, *names):
            raise LoadTestError(f"{option} {name}={url}: only {', '.join(names)} is loaded")
        found[name or names[0]] = url
    return found


def check_counters(counters: Mapping[str, str], hosts: Mapping[str, str]) -> None:
    """See that counters are of servers that run already.

    Raises:
        LoadTestError: If one isn't.
    """
    for name, url in counters.items():
        if name not in hosts:
            raise LoadTestError(f"--counters {name}={url} needs --host {name}=URL as well")
