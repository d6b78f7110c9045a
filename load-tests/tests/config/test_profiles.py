import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from celsiusify_load_tests.config.load_spec import Step
from celsiusify_load_tests.config.profiles import read_profiles, read_spec, resolve, schema
from celsiusify_load_tests.errors import LoadTestError

SCHEMA_FILE = Path(__file__).parents[3] / "results" / "load.schema.json"


def test_the_reference_profile_is_the_published_one() -> None:
    """100 users, 100 more a second, 5 to 100 ms of thinking, 5 minutes, 0 to 1000 °F."""
    load = resolve({})
    assert (load.profile, load.model) == ("reference", "closed")
    assert (load.users, load.spawn_rate_per_s, load.run_time_s) == (100, 100, 300)
    assert (load.think_time_s, load.fahrenheit) == ((0.005, 0.1), (0, 1000))


def test_quick_is_the_reference_for_half_a_minute() -> None:
    changes = {"profile": "quick", "warm_up_s": 2, "run_time_s": 30}
    assert resolve({"profile": "quick"}) == resolve({}).model_copy(update=changes)


def test_the_spike_lasts_as_long_as_its_steps() -> None:
    """A minute at a fifth of its rate, three minutes of all of it, four of a fifth again."""
    spike = resolve({"profile": "spike"})
    assert spike.steps == (
        Step(duration_s=60, fraction=0.2),
        Step(duration_s=180, fraction=1),
        Step(duration_s=240, fraction=0.2),
    )
    assert (spike.model, spike.run_time_s, spike.rate_rps) == ("poisson", 480, 2000)
    assert spike.limits.max_in_flight == 1000


def test_a_shorter_spike_has_the_same_steps() -> None:
    spike = resolve({"profile": "spike", "run_time_s": 16})
    assert (spike.profile, spike.run_time_s) == ("spike-changed", 16)
    assert spike.steps == (
        Step(duration_s=2, fraction=0.2),
        Step(duration_s=6, fraction=1),
        Step(duration_s=8, fraction=0.2),
    )


def test_the_spike_has_no_users() -> None:
    with pytest.raises(LoadTestError, match="load: profile spike is an open load: --load poisson"):
        resolve({"profile": "spike", "model": "closed"})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"users": 3}, "quick-changed"),
        ({"users": 100}, "quick"),
        ({"seed": 3, "rounds": 5, "connection": "per-request"}, "quick"),
        ({"model": "poisson", "rate_rps": 9}, "quick"),
    ],
)
def test_a_changed_profile_does_not_pass_for_the_original(
    values: dict[str, Any], name: str
) -> None:
    assert resolve({"profile": "quick", **values}).profile == name


@pytest.mark.parametrize("profile", read_profiles())
@pytest.mark.parametrize("values", [{}, {"run_time_s": 8}])
def test_a_complete_specification_stays_as_it_is(profile: str, values: dict[str, Any]) -> None:
    """However often it is written and read: that is what repeating a run rests on."""
    load = resolve({"profile": profile, **values})
    assert resolve(json.loads(load.model_dump_json())) == load


def test_an_unknown_profile_is_told_the_known_ones() -> None:
    with pytest.raises(
        LoadTestError, match="no profile 'nope'; there are reference, quick, benchmark"
    ):
        resolve({"profile": "nope"})


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    file.write_text("[1, 2]")
    with pytest.raises(LoadTestError, match=r"load.json: list; expected a mapping of load values"):
        read_spec(file)


def test_the_published_schema_is_up_to_date() -> None:
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize("profile", read_profiles())
def test_the_schema_takes_whole_specifications_and_parts_of_them(profile: str) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    load = json.loads(resolve({"profile": profile}).model_dump_json())
    for values in (load, {"profile": profile}, {"users": 3, "limits": {"read_timeout_s": 1}}):
        assert list(validator.iter_errors(values)) == []
    assert list(validator.iter_errors({"usres": 3}))
