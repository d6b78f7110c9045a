"""The schemas of values know each key, and refuse all that they don't know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from .helm import Helm, RefusedError
from .scenarios import CHARTS, SUBCHARTS
from .values_schema import (
    Keys,
    is_embedded,
    leaves,
    levels,
    nested,
    schema_of,
    values_of,
    with_value,
    wrong_values,
)

# Keys below are the user's own or Kubernetes', so that any may stand there.
FREE = {
    "affinity",
    "annotations",
    "behavior",
    "labels",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
}
FROM_HELM = {"enabled", "global"}


@pytest.fixture(params=CHARTS, ids=lambda chart: chart.name)
def chart(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def validator(chart: Path) -> Draft7Validator:
    return Draft7Validator(schema_of(chart))


def free_levels(chart: Path) -> set[Keys]:
    """The levels that may take any key: Kubernetes' own, and what is handed on to others."""
    handed_on = {("global",)} if chart in SUBCHARTS else {(each.name,) for each in SUBCHARTS}
    return {
        keys for keys, _ in levels(schema_of(chart)) if keys in handed_on or FREE & {*keys[-1:]}
    }


def test_schema_takes_the_defaults(chart: Path, validator: Draft7Validator) -> None:
    Draft7Validator.check_schema(schema_of(chart))
    assert [error.message for error in validator.iter_errors(values_of(chart))] == []


def test_every_value_has_a_schema_and_the_reverse(chart: Path) -> None:
    added = {(key,) for key in FROM_HELM}
    sections = levels(schema_of(chart))
    known = {(*keys, key) for keys, section in sections for key in section.get("properties", {})}
    embedded = [(key,) for key, part in schema_of(chart)["properties"].items() if is_embedded(part)]
    own = {keys for keys in _keys(values_of(chart)) if keys in embedded or keys[:1] not in embedded}
    assert own | added == known | added


def test_every_leaf_is_described(chart: Path) -> None:
    """By itself, or by the section that it is in."""
    undescribed = [
        keys
        for keys, sections in leaves(schema_of(chart))
        if not any(section.get("description") for section in sections) and keys[0] not in FROM_HELM
    ]
    assert undescribed == []


def test_a_wrong_type_is_refused_at_every_leaf(chart: Path) -> None:
    accepted = [
        (keys, wrong)
        for keys, sections in leaves(schema_of(chart))
        for wrong in wrong_values(sections[-1])
        if Draft7Validator(sections[-1]).is_valid(wrong)
    ]
    assert accepted == []


def test_an_unknown_key_is_refused_at_every_level(chart: Path, validator: Draft7Validator) -> None:
    accepted = {
        keys
        for keys, _ in levels(schema_of(chart))
        if validator.is_valid(with_value(values_of(chart), (*keys, "unknown"), "x"))
    }
    assert accepted == free_levels(chart)


def test_what_helm_adds_is_accepted(subchart: Path) -> None:
    """Helm hands each subchart `global`, and `enabled` where it is set."""
    added = {"enabled": True, "global": {"image": {"registry": "x"}, "ofAnotherChart": 1}}
    assert Draft7Validator(schema_of(subchart)).is_valid(values_of(subchart) | added)


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
def test_helm_asks_the_schema(helm: Helm, subchart: Path, values: dict[str, Any]) -> None:
    """What is refused here by a library is refused by helm itself."""
    with pytest.raises(RefusedError, match="values don't meet the specifications of the schema"):
        helm.template(subchart, values=values)


def _keys(values: Any, keys: Keys = ()) -> Iterator[Keys]:
    for key, below in values.items() if isinstance(values, dict) else ():
        yield (*keys, key)
        yield from _keys(below, (*keys, key))
