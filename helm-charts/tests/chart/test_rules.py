"""The rules see the faults that they are for; a rule that can't fail shows nothing."""

import pytest

from .manifests import Manifest, name
from .rules import RULES
from .samples import Fault, put, read_faults, read_sample

FAULTS = read_faults()


@pytest.fixture
def good() -> list[Manifest]:
    return read_sample("good")


@pytest.mark.parametrize("rule", RULES)
def test_rule_finds_nothing_in_a_good_release(rule: str, good: list[Manifest]) -> None:
    assert list(RULES[rule](good)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_rule_finds_its_fault(fault: Fault, good: list[Manifest]) -> None:
    (owner,) = (manifest for manifest in good if name(manifest) == fault.owner)
    put(owner, fault.path, fault.value)

    problems = list(RULES[fault.rule](good))

    assert any(fault.says in problem for problem in problems), problems


def test_every_rule_has_a_fault() -> None:
    assert {fault.rule for fault in FAULTS} == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_rule_says_what_it_asks(rule: str) -> None:
    assert (RULES[rule].__doc__ or "").strip()
