"""Volumes: a claim is made where runs are kept, and nowhere else."""

from typing import Any

import pytest

from .helm import Helm
from .manifests import of_kind, read_manifests
from .scenarios import CHART

KEPT = {"results": {"persistence": {"enabled": True}}}
IN_OWN = {"results": {"persistence": {"enabled": True, "existingClaim": "mine"}}}


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (KEPT, ["celsiusify-load-tests-results"]),
        (IN_OWN, []),
        ({"mode": "ui"} | KEPT, []),
        ({}, []),
    ],
    ids=["jobs", "claim of one's own", "page records nothing", "default"],
)
def test_claim_is_made_for_runs(helm: Helm, values: dict[str, Any], made: list[str]) -> None:
    release = read_manifests(helm.template(CHART, values={"load-tests": values}))
    claims = of_kind(release, "PersistentVolumeClaim")
    assert [claim["metadata"]["name"] for claim in claims] == made
