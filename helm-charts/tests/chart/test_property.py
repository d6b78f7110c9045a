"""Of whatever values the schemas allow comes a valid release, or a sentence that says why not."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ..support.helm import Helm, RefusedError
from ..support.kubernetes import invalid, versions
from ..support.manifests import Manifest, name, read_manifests
from ..support.rules import RULES
from ..support.scenarios import CHART
from ..support.sentences import all_sentences, pattern
from ..support.strategies import values

# Each example is a run of helm. `CELSIUSIFY_EXAMPLES=2000` looks further, at others each time.
EXAMPLES = os.environ.get("CELSIUSIFY_EXAMPLES")
# What users may decide otherwise, or what may exist outside of the release.
THEIRS = {
    "autoscalers_have_room",
    "budgets_let_nodes_drain",
    "containers_request_and_are_limited",
    "jobs_end",
    "loads_ask_services_that_are_there",
    "named_objects_exist",
    "pods_are_closed_both_ways",
    "probes_give_the_server_time",
    "service_accounts_have_no_token",
}
NEWEST = versions()[-1]
SENTENCES = [pattern(sentence) for sentence in all_sentences()]


@pytest.mark.slow
@settings(
    max_examples=int(EXAMPLES or 60),
    derandomize=EXAMPLES is None,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values=values())
def test_allowed_values_make_a_valid_release(helm: Helm, values: dict[str, Any]) -> None:
    release = rendered(helm, values)
    assert [f"{name(one)}: {fault}" for one in release for fault in invalid(one, NEWEST)] == []
    rules = {rule: find for rule, find in RULES.items() if rule not in THEIRS}
    assert [f"{rule}: {fault}" for rule, find in rules.items() for fault in find(release)] == []


def rendered(helm: Helm, values: dict[str, Any]) -> list[Manifest]:
    """The release, or nothing if helm refuses it by a sentence of the charts' own."""
    try:
        return read_manifests(helm.template(CHART, values=values))
    except RefusedError as refusal:
        if any(sentence.search(str(refusal)) for sentence in SENTENCES):
            return []
        raise
