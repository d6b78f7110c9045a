import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.narrative import scaling_text
from celsiusify_reporting.narrative.scaling_text import segment_title
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.changes import Change, EventTimes
from celsiusify_reporting.stats.scaling.replicas import ready_within
from celsiusify_reporting.stats.segments import SegmentCode
from celsiusify_reporting.stats.target_data import Window
from support.clusters import Spike, make_cluster_run
from support.runs import SECOND_NS, Load, edit_run
from support.sentences import caveats


def drawn_up(folder: Path, load: Load) -> Report:
    return measure_run(make_cluster_run(folder / "run", {"converter-api": load}))[0]


def measured(folder: Path, load: Load) -> Measurement:
    return drawn_up(folder, load).measurements[0]


def changes(folder: Path, load: Load) -> tuple[Change, ...]:
    found = measured(folder, load).changes
    assert found is not None
    return found


def points(report: Report) -> str:
    return "\n".join(report.conclusion.points).replace("\N{NO-BREAK SPACE}", " ")


def test_scale_up_is_timed_from_the_step(tmp_path: Path) -> None:
    """Desired replicas are sampled, pods' times cut to seconds, and answers exact."""
    up, _ = changes(tmp_path, Spike())

    assert (up.direction, up.from_rps, up.to_rps) == ("up", 40, 200)
    assert (up.replicas_before, up.replicas_after) == (1, 3)
    assert up.desired == EventTimes(8.3, 8.3, 2)
    assert up.created == EventTimes(8, 8, 2)
    assert up.ready == EventTimes(12, 15, 2)
    assert up.answered
    assert up.answered.count == 2
    assert up.answered.first_s == pytest.approx(12.6, abs=0.06)
    assert up.answered.last_s == pytest.approx(16.0, abs=0.06)


def test_scale_down_is_timed_from_its_step(tmp_path: Path) -> None:
    """Times count from when the load fell, for desired and for ready replicas."""
    _, down = changes(tmp_path, Spike())

    assert (down.direction, down.replicas_before, down.replicas_after) == ("down", 3, 1)
    assert down.desired == EventTimes(12.3, 12.3, 2)
    assert down.ready == EventTimes(13.3, 13.3, 2)
    assert down.user_impact == ()


def test_users_are_followed_through_the_scale_up(tmp_path: Path) -> None:
    """Requests are slow and dropped until the last new replica is ready."""
    up, _ = changes(tmp_path, Spike(ready_s=(12, 15)))
    user_impact = {segment_title(segment): segment for segment in up.user_impact}
    during, after = (
        user_impact[name] for name in ("until the new replicas were ready", "with the new replicas")
    )

    assert [segment.code for segment in up.user_impact] == [
        SegmentCode.BEFORE,
        SegmentCode.UNTIL_READY,
        SegmentCode.WITH_NEW_REPLICAS,
        SegmentCode.AFTERWARDS,
    ]
    assert [segment.until_s - segment.from_s for segment in up.user_impact] == pytest.approx(
        [10, 15, 25, 30]
    )
    assert (during.window_stats.percentile_ms(50), after.window_stats.percentile_ms(99)) == (40, 2)
    assert during.window_stats.open_load
    assert during.window_stats.open_load.dropped_percent == pytest.approx(10)
    assert (
        after.window_stats.counts.dropped == user_impact["before"].window_stats.counts.dropped == 0
    )
    assert [segment.rate_rps for segment in up.user_impact] == [40, 200, 200, 40]


def test_scale_up_is_reported_in_words(tmp_path: Path) -> None:
    """The sentence has each event with its time, and the effect on users."""
    said = points(drawn_up(tmp_path, Spike()))

    assert (
        "Flask under gunicorn, when the load rose from 40 to 200/s: more replicas were wanted "
        "after 8 s, a new pod was created after 8 s, the first was ready after 12 s, it answered "
        "after 12.6 s and all 2 new ones were ready after 15 s (1 to 3 replicas)."
    ) in said
    assert "within 40.0 ms until the new replicas were ready (10.0 % were dropped)" in said
    assert "fewer replicas were wanted after 12 s, and 1 instead of 3 after 12 s." in said


def test_rounds_that_went_alike_share_their_sentences(tmp_path: Path) -> None:
    """Times and percentiles are ranges over the rounds."""
    report = drawn_up(tmp_path, Spike(slowing=(1, 1, 1)))
    measurement = report.measurements[0]
    rises = [change for change in measurement.changes or () if change.direction == "up"]
    later = replace(rises[2], desired=EventTimes(10, 11, 2), ready=EventTimes(13, 19, 2))
    said = "\n".join(scaling_text.points([replace(measurement, changes=(rises[0], later))]))

    assert len(points(report).splitlines()) == 4
    assert "when the load rose from 40 to 200/s in 3 rounds: more replicas" in points(report)
    assert "wanted after 8 to 10 s" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "ready after 15 to 19 s" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "(up to 10.0 % were dropped)" in points(report)


def test_headline_says_how_soon_replicas_were_ready(tmp_path: Path) -> None:
    """The time until replicas are ready is the purpose of a spike."""
    headline = drawn_up(tmp_path, Spike()).conclusion.headline

    assert "Flask under gunicorn had all new replicas ready 15\N{NO-BREAK SPACE}s after" in headline


def test_replica_that_was_never_ready_is_missed(tmp_path: Path) -> None:
    """Only one of two desired replicas was ready in time."""
    report = drawn_up(tmp_path, Spike(ready_s=(12.1, 60), answered_s=(12.6,)))

    assert "only 1 of 2 new ones by the time the load changed again (1 to 3 replicas)" in points(
        report
    )
    assert "not all new replicas of Flask under gunicorn were ready while" in (
        report.conclusion.headline
    )


def test_target_that_names_no_instance_is_said_to_tell_nothing(tmp_path: Path) -> None:
    """TensorFlow Serving's answers are all alike: there is no first answer of a new instance."""
    report = drawn_up(tmp_path, Spike(names=False))
    up = (report.measurements[0].changes or ())[0]

    assert (up.answered, up.names_instances) == (None, False)
    assert "Its answers don't tell when the first new one answered." in points(report)


def test_replicas_that_stay_are_reported(tmp_path: Path) -> None:
    """An autoscaler that didn't react to a step is reported."""
    still = Spike(created_s=(), ready_s=(), answered_s=(), weights=(1,))
    report = drawn_up(tmp_path, still)
    up = (report.measurements[0].changes or ())[0]

    assert (up.desired, up.replicas_before, up.replicas_after) == (None, 1, 1)
    assert [segment_title(segment) for segment in up.user_impact] == [
        "before",
        "without a new replica",
        "afterwards",
    ]
    assert "no more than 1 replica was wanted within 40 s." in points(report)
    assert "no more replicas of Flask under gunicorn were wanted" in report.conclusion.headline
    assert "replicas stayed at 1 for the 30 s that were observed." in points(report)


def test_steps_at_what_nothing_scales_are_no_scaling(tmp_path: Path) -> None:
    """Without an autoscaler, constant replicas aren't mentioned."""
    still = Spike(created_s=(), ready_s=(), answered_s=())
    folder = make_cluster_run(tmp_path / "run", {"converter-api": still})
    scale = pd.read_csv(folder / "converter-api_scale.csv")
    scale.assign(hpa_desired=None).to_csv(folder / "converter-api_scale.csv", index=False)

    assert measure_run(folder)[0].measurements[0].changes == ()


def test_without_pods_replicas_tell_when_they_were_ready(tmp_path: Path) -> None:
    """Without pods, times of ready replicas are sampled, and creation is unknown."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike()})
    (folder / "converter-api_pods.csv").unlink()
    up = (measure_run(folder)[0].measurements[0].changes or ())[0]

    assert up.created is None
    assert up.ready == EventTimes(12.3, 16.3, 2)


def test_instance_that_answers_before_a_sample_shows_it_is_new(tmp_path: Path) -> None:
    """A sample of ready replicas may come up to a second after the first answer."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike(answered_s=(12.2, 15.6))})
    (folder / "converter-api_pods.csv").unlink()
    up = (measure_run(folder)[0].measurements[0].changes or ())[0]

    assert up.answered
    assert up.answered.count == 2


@pytest.mark.parametrize(
    ("from_s", "until_s", "found"),
    [(0, 5, (1, 1)), (9.9, 20, (1, 3)), (10.1, 20, (3, 3)), (10.1, 10.2, (3, 3))],
)
def test_window_has_the_replicas_of_the_sample_before_it(
    from_s: float, until_s: float, found: tuple[int, int]
) -> None:
    """The last sample before the window counts until the next one."""
    times = [second * SECOND_NS for second in range(30)]
    ready = [1 if second < 10 else 3 for second in range(30)]
    scale = pd.DataFrame({"time_ns": times, "ready": pd.array(ready, dtype="Int64")})
    window = Window(int(from_s * SECOND_NS), int(until_s * SECOND_NS))
    seen = ready_within(scale, window)
    assert seen

    assert (seen.fewest, seen.most) == found


def test_closed_load_is_followed_from_its_start(tmp_path: Path) -> None:
    """Without steps, times count from the load's start; older instances aren't new ones."""
    closed = Load(users=20, steady_s=40)
    folder = make_cluster_run(tmp_path / "run", {"converter-api": closed})
    times = [closed.started_ns(0) + int((second + 0.3) * SECOND_NS) for second in range(41)]
    ready = [1 if second < 20 else 2 for second in range(41)]
    wanted = [1 if second < 15 else 2 for second in range(41)]
    columns = {"time_ns": times, "desired": wanted, "replicas": wanted, "ready": ready}
    scale = pd.DataFrame(columns | {"hpa_cpu_percent": 90, "hpa_desired": wanted})
    scale.to_csv(folder / "converter-api_scale.csv", index=False)
    (up,) = measure_run(folder)[0].measurements[0].changes or ()

    assert (up.from_rps, up.replicas_before, up.replicas_after) == (None, 1, 2)
    assert (up.desired, up.ready) == (EventTimes(15.3, 15.3, 1), EventTimes(20.3, 20.3, 1))
    assert (up.names_instances, up.answered) == (True, None)


def test_samples_and_requests_are_on_one_axis(tmp_path: Path) -> None:
    """Rates are per second; a pod's CPU has windows that end when the CPU was known."""
    course = measured(tmp_path, Spike()).timeline
    assert course
    rates = dict(zip(course.second_s, course.offered_rps, strict=True))
    answered = dict(zip(course.second_s, course.answered_rps, strict=True))

    assert (rates[5.0], rates[30.0], rates[60.0]) == (40, 200, 40)
    assert (answered[15.0], answered[30.0]) == (180, 200)
    assert course.sample_s[0] == pytest.approx(0.3)
    assert (course.ready[0], course.ready[30]) == (1, 3)
    assert list(course.step_s) == [0, 10, 50]
    first = course.pods[0]
    assert {until - begin for begin, until in zip(first.from_s, first.until_s, strict=True)} == {15}
    assert set(first.cpu_cores) == {0.1}


def test_rounds_are_followed_each_by_itself(tmp_path: Path) -> None:
    """Two rounds have two rises and two falls on one axis of time."""
    load = Spike(slowing=(1, 1))
    rises = [change for change in changes(tmp_path, load) if change.direction == "up"]

    assert [rise.round for rise in rises] == [0, 1]
    assert [rise.ready for rise in rises] == [EventTimes(12, 15, 2)] * 2
    apart_s = (load.started_ns(1) - load.started_ns(0)) / SECOND_NS
    assert rises[1].step_s == pytest.approx(10 + apart_s)


def test_replicas_that_change_make_a_run_one_of_deployments(tmp_path: Path) -> None:
    """The first page has a caveat unless the number of replicas was constant."""
    changing = drawn_up(tmp_path / "changing", Spike())
    still = Spike(created_s=(), ready_s=(), answered_s=())
    steady = drawn_up(tmp_path / "steady", still)

    said = "replicas changed within the steady window, 1 to 3 were ready."
    assert f"Flask under gunicorn: {said}" in caveats(changing)
    assert "replicas changed" not in caveats(steady)


def test_dropped_steps_leave_nothing_to_follow(tmp_path: Path) -> None:
    """A round that never ran has no change."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike()})
    document = json.loads((folder / "run.json").read_text())
    (record,) = document["targets"]["converter-api"]["rounds"]
    never = record | {"round": 1, "state": "interrupted"}
    never |= dict.fromkeys(("started_ns", "steady_from_ns", "steady_until_ns", "ended_ns"))
    edit_run(folder, "targets", "converter-api", "rounds", value=[record, never | {"steps": None}])

    assert len(measure_run(folder)[0].measurements[0].changes or ()) == 2
