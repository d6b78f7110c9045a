"""The schema of values knows each key, and refuses unknown keys and wrong types."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from ..support.helm import Helm, RefusedError
from ..support.scenarios import CHART
from ..support.values_schema import (
    Keys,
    chart_schema,
    chart_values,
    leaves,
    levels,
    nested,
    resolved_schema,
    with_value,
    wrong_values,
)

# Keys below these are the user's own or Kubernetes', so that any are allowed.
FREE = {
    "affinity",
    "annotations",
    "behavior",
    "labels",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
}
FROM_HELM = {("enabled",)}
LOAD = ("load-tests", "load")  # its schema is load-tests' own, which tests it
REFUSED = "values don't meet the specifications of the schema"


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    return Draft7Validator(chart_schema())


def test_schema_takes_the_defaults(validator: Draft7Validator) -> None:
    Draft7Validator.check_schema(chart_schema())
    assert [error.message for error in validator.iter_errors(chart_values())] == []


def test_every_value_has_a_schema_and_the_reverse() -> None:
    sections = levels(resolved_schema())
    known = {(*keys, key) for keys, section in sections for key in section.get("properties", {})}
    own = {keys for keys in _keys(chart_values()) if keys == LOAD or keys[:2] != LOAD}
    assert own | FROM_HELM == known


def test_every_leaf_is_described() -> None:
    """By itself, or by the section that it is in."""
    undescribed = {
        keys
        for keys, sections in leaves(resolved_schema())
        if not any(section.get("description") for section in sections)
    }
    assert undescribed == FROM_HELM


def test_a_wrong_type_is_refused_at_every_leaf() -> None:
    accepted = [
        (keys, wrong)
        for keys, sections in leaves(resolved_schema())
        for wrong in wrong_values(sections[-1])
        if Draft7Validator(sections[-1]).is_valid(wrong)
    ]
    assert accepted == []


def test_an_unknown_key_is_refused_at_every_level(validator: Draft7Validator) -> None:
    every = {keys for keys, _ in levels(resolved_schema())}
    values = chart_values()
    accepted = {
        keys for keys in every if validator.is_valid(with_value(values, (*keys, "unknown"), "x"))
    }
    assert accepted == {keys for keys in every if FREE & {*keys[-1:]}}


@pytest.mark.parametrize(
    "values",
    [
        nested(("image", "tag"), 1.1),
        nested(("image", "tagg"), "1"),
        nested(("imagee",), {}),
        nested(("networkPolicy", "enabled"), "yes"),
        nested(("nodeSelector", "gpu"), True),
        nested(("podAnnotations", "port"), 8080),
        nested(("podLabels", "app.kubernetes.io/name"), "web"),
        nested(("extraEnv",), [{"name": "SIZE", "value": 1}]),
        nested(("imagePullSecrets",), ["registry"]),
    ],
    ids=str,
)
def test_helm_checks_the_schema(helm: Helm, block: str, values: dict[str, Any]) -> None:
    """Helm itself refuses what the library refuses here."""
    with pytest.raises(RefusedError, match=REFUSED):
        helm.template(CHART, values={block: values})


@pytest.mark.parametrize(
    "keys",
    [
        ("default", "image"),
        ("converter-api", "server"),
        ("converter-api", "autoscaling"),
        ("tf-serving", "model"),
        ("load-tests", "job"),
    ],
    ids=".".join,
)
def test_no_section_is_removed(helm: Helm, keys: Keys) -> None:
    """Templates would fail without a word on which value is missing."""
    with pytest.raises(RefusedError, match=REFUSED):
        helm.template(CHART, values=nested(keys, None))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"fastapi": {"imagee": {}}}, "additional properties 'imagee' not allowed"),
        ({"fastapi": {"target": {"port": 1}}}, "additional properties 'port' not allowed"),
        ({"fastapi": {"target": {"health": "healthz"}}}, "does not match pattern"),
        ({"fastapi": {"replicaCount": "2"}}, "got string, want integer"),
        ({"fastapi": {"server": {}}}, "additional properties 'server' not allowed"),
        ({"Fast API": {}}, "invalid propertyName"),
        ({"f" * 25: {}}, "invalid propertyName"),
    ],
    ids=str,
)
def test_further_servers_have_the_schema_of_default(
    helm: Helm, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        helm.template(CHART, values={"targets": values})


def _keys(values: Any, keys: Keys = ()) -> Iterator[Keys]:
    for key, below in values.items() if isinstance(values, dict) else ():
        yield (*keys, key)
        yield from _keys(below, (*keys, key))
