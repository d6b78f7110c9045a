"""Text stays text: a tag 1.10, an account named `null` or `on` are nothing else once rendered."""

from typing import Any

import pytest

from .helm import Helm
from .kubernetes import invalid, versions
from .manifests import name, read_manifests
from .rules.scope import templates_left_nothing_behind
from .scenarios import CHART, alone
from .strategies import KNOWN, WORDS
from .values_schema import Keys, Schema, block_schema, leaves, types, with_value

# What is switched on, so that its text is rendered.
SERVER = {
    "ingress": {"enabled": True},
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
    "metrics": {"serviceMonitor": {"enabled": True}},
}
LOAD = {
    "files": {"existingLocustfileConfigMap": "mine"},
    "results": {"persistence": {"enabled": True}},
}
CASES = [
    pytest.param("converter-api", SERVER, id="converter-api"),
    pytest.param("tf-serving", SERVER, id="tf-serving"),
    pytest.param("load-tests", LOAD, id="load-tests"),
    pytest.param("load-tests", LOAD | {"mode": "ui"}, id="load-tests, ui"),
]
NEWEST = versions()[-1]
MILLION = 1_000_000
# Values that are more than text, or exclude others.
NAMES = {"repository", "targetPort", "claimName", "existingClaim", "locustfile"}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("block", "values"), CASES)
def test_text_stays_text(helm: Helm, block: str, values: dict[str, Any], word: str) -> None:
    """The same word stands wherever text may."""
    for keys, sections in leaves(block_schema(block)):
        if (value := text(keys, sections[-1], word)) is not None:
            values = with_value(values, keys, value)

    release = read_manifests(helm.template(CHART, values=alone(block, values)))

    faults = [f"{name(one)}: {fault}" for one in release for fault in invalid(one, NEWEST)]
    assert faults == []
    assert list(templates_left_nothing_behind(release)) == []


def test_large_numbers_stay_whole(helm: Helm) -> None:
    """Templates write a million as 1e+06, which no server takes for a number of connections."""
    values = {
        "converter-api": {"server": {"connections": MILLION}},
        "load-tests": {"job": {"ttlSeconds": MILLION}, "load": {"users": MILLION}},
    }
    text = helm.template(CHART, values=values)
    assert "1e+06" not in text
    for written in ('value: "{}"', '"users": {}', "ttlSecondsAfterFinished: {}"):
        assert written.format(MILLION) in text


def text(keys: Keys, schema: Schema, word: str) -> Any:
    """The word as a value of a schema, or None where it may not stand."""
    if keys[-1] in KNOWN.keys() | NAMES or schema.keys() & {"enum", "pattern"}:
        return None
    if "string" in types(schema):
        return word
    if types(schema) == {"object"} and keys[-1] != "affinity":
        return {"key": word}
    if schema.get("items", {}).get("type") == "string":
        return [word]
    return None
