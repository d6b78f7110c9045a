import json
from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.audit.documents import strays
from celsiusify_reporting.cli.main import main
from celsiusify_reporting.compare.comparability import differences
from celsiusify_reporting.compare.parity import Condition
from celsiusify_reporting.document.composition import compose
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.report_json import read_report
from celsiusify_reporting.narrative.comparability_text import difference_text
from celsiusify_reporting.render.markdown import render
from celsiusify_reporting.run_folder import measure_run
from support import sentences
from support.clusters import NODES, Spike, edit_cluster, make_cluster_run
from support.runs import Load, make_run

SPIKE: dict[str, Any] = {"dropping": 0, "slow_ms": 2.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two targets in a cluster, each given the same."""
    loads = {name: Spike(**SPIKE) for name in ("converter-api", "tfserving")}
    return make_cluster_run(tmp_path / "run", loads)


def report_of(folder: Path) -> Report:
    return measure_run(folder)[0]


def page(folder: Path) -> str:
    return render(compose(report_of(folder))).replace("\N{NO-BREAK SPACE}", " ")


def caveats(folder: Path) -> str:
    return sentences.caveats(report_of(folder))


def test_first_page_tells_what_served_where(folder: Path) -> None:
    """Image, digest, nodes and the version of Kubernetes, and where the load came from."""
    first, _, rest = page(folder).partition("## ")

    assert (
        "Kubernetes v1.34.1: Flask under gunicorn was the image celsiusify/converter-api:0.1.0 ("
        in first
    )
    assert "(sha256:0123abcd012…) on node-a and node-b;" in first
    assert "the load came from 2 workers on node-load." in first
    assert "Example CPU" not in first
    assert "| Node | node-load |" in rest
    assert "| Kubernetes | v1.34.1 |" in rest
    assert "| load-1 | the leader's | 1 | 2,000 |" in rest


def test_targets_of_a_cluster_are_all_up(folder: Path) -> None:
    """They are deployed together: only the load goes to one after the other."""
    assert "one after the other, all of them up" in page(folder)
    assert "one target up at a time" not in page(folder)


def test_nodes_are_told_with_words_on_the_left(folder: Path) -> None:
    """Cores are a count, and no measured figure of three digits."""
    assert "| node-a | Debian GNU/Linux 12 amd64 | v1.34.1 | containerd://2.1.4 | 4 |" in page(
        folder
    )


def test_long_image_keeps_its_tag(folder: Path) -> None:
    """What tells images apart stands at the end of their names."""
    image = f"registry.example.org/{'deep/' * 20}converter-api:2026.11.24"
    edit_cluster(folder, "targets", "converter-api", "image", value=image)

    assert page(folder).count("converter-api:2026.11.24") == 2


def test_every_number_of_a_cluster_s_report_is_in_its_json(tmp_path: Path) -> None:
    """No figure on a page is computed apart from it, and it can be read again as it was."""
    odd = Spike(
        steps=((10.37, 0.23), (39.71, 1), (30.43, 0.17)),
        steady_s=80.51,
        rate_rps=187,
        wanted_s=8.23,
        created_s=(8.61, 8.77),
        ready_s=(12.13, 15.41),
        answered_s=(12.67, 16.03),
        weights=(5, 2, 3),
        slow_ms=37.17,
        dropping=7,
    )
    loads = {"converter-api": odd, "tfserving": Spike(names=False, slow_ms=19.3)}
    folder = make_cluster_run(tmp_path / "run", loads, throttled_s=0.0173)
    assert main(["report", str(folder)]) == 0
    stored = json.loads((folder / "report.json").read_text())

    assert strays((folder / "report.md").read_text(), stored) == []
    assert main(["audit", str(folder)]) == 0
    assert read_report(folder).cluster == report_of(folder).cluster


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("image",), None, "What served Flask under gunicorn isn't known: no image was recorded."),
        (("image_id",), None, "The digest of the image of Flask under gunicorn isn't known"),
        (("image_id",), "docker://1234", "The digest of the image of Flask under gunicorn isn't"),
        (
            ("nodes",),
            [*NODES, "node-load"],
            "Load generator and Flask under gunicorn ran on the same node",
        ),
        (
            ("cpu_limit_cores",),
            0.5,
            "Unequal CPU: a replica of each target may use different numbers of cores: Flask under "
            "gunicorn had 0.5 and TensorFlow Serving (REST) had 1.",
        ),
        (("cpu_limit_cores",), None, "Flask under gunicorn had none and TensorFlow"),
        (("cpu_request_cores",), 0.25, "CPU request of a replica, cores (0.25 against 0.5)"),
        (("autoscaler",), None, "autoscaler (none against HorizontalPodAutoscaler 1 to 3 at 50"),
    ],
)
def test_what_was_not_equal_or_known_is_told(
    folder: Path, path: tuple[str, ...], value: Any, said: str
) -> None:
    """Each departure has its sentence, which a run without it lacks."""
    assert said not in caveats(folder)

    edit_cluster(folder, "targets", "converter-api", *path, value=value)
    assert said in caveats(folder)


def test_engine_that_nobody_recorded_may_be_a_stand_in(folder: Path) -> None:
    """Until somebody tells what is in the image."""
    unknown = "The engine in the image of Flask under gunicorn and TensorFlow Serving (REST)"
    assert unknown in caveats(folder)

    engine = {"engine": "embedded", "caveat": "a stand-in: no statement about the real one."}
    for name in ("converter-api", "tfserving"):
        edit_cluster(folder, "targets", name, "engine", value=engine)
    assert "The engine" not in caveats(folder)
    assert "(REST) [embedded]: a stand-in" in caveats(folder)


def test_pod_that_came_later_beside_the_load_is_told(folder: Path) -> None:
    """Its node is known from its samples; the others' from when the load began."""
    load_nodes = [{"pod": "run-1-1-abcde", "node": "node-b"}]
    edit_cluster(folder, "workers", value=load_nodes)
    edit_cluster(folder, "targets", "converter-api", "nodes", value=["node-a"])

    assert "Load generator and Flask under gunicorn and TensorFlow" in caveats(folder)


def test_cores_that_nobody_kept_are_no_matter_in_a_cluster(folder: Path) -> None:
    """Quotas are what counts there."""
    conditions = [row.condition for row in report_of(folder).parity.rows]

    assert "No cores were reserved" not in caveats(folder)
    assert Condition.CPU_LIMIT_CORES in conditions
    assert Condition.CPU_CORES not in conditions


@pytest.mark.parametrize(
    ("path", "value", "effect", "what"),
    [
        (("server_version",), "v1.30.0", "machine", "Kubernetes"),
        (("nodes",), [], "machine", "nodes"),
        (("targets", "tfserving", "cpu_limit_cores"), 2, "machine", "tfserving: CPU limit of"),
        (("targets", "tfserving", "image_id"), "x@sha256:77", "noted", "tfserving: image"),
        (("targets", "tfserving", "autoscaler"), None, "noted", "tfserving: autoscaler"),
    ],
)
def test_runs_in_unlike_clusters_are_told_apart(
    folder: Path, path: tuple[str, ...], value: Any, effect: str, what: str
) -> None:
    """What served may be what is compared; where it ran may not."""
    before = report_of(folder)
    edit_cluster(folder, *path, value=value)
    (difference,) = differences(before, report_of(folder))

    assert difference.effect == effect
    assert difference_text(difference).startswith(what)


@pytest.mark.parametrize("text", ["{", '{"format": 2}', '{"format": 1, "targets": 3}'])
def test_damaged_cluster_file_is_named(folder: Path, text: str) -> None:
    """In one line, as any other."""
    (folder / "cluster.json").write_text(text)

    with pytest.raises(ReportError, match=r"cluster\.json: "):
        measure_run(folder)


@pytest.mark.parametrize("name", ["converter-api_scale.csv", "converter-api_pods.csv"])
def test_damaged_samples_are_named(folder: Path, name: str) -> None:
    """A column that isn't there."""
    (folder / name).write_text("time_ns\n1\n")

    with pytest.raises(ReportError, match=f"{name}: can't be read as CSV|no column"):
        measure_run(folder)


def test_report_of_before_clusters_is_read(tmp_path: Path) -> None:
    """A report.json that lacks all that came with them is what it was."""
    folder = make_run(tmp_path / "run", {"converter-api": Load()})
    assert main(["report", str(folder)]) == 0
    stored = json.loads((folder / "report.json").read_text())
    assert (stored.pop("cluster"), stored.pop("worker_summary")) == (None, None)
    (one,) = stored["measurements"]
    for name in ("steps", "instances", "changes", "timeline"):
        assert one.pop(name) is None
    for record in one["rounds"]:
        assert (record.pop("steps"), record.pop("replicas")) == (None, None)
        for name in ("steps", "throttled_s", "clock_offset_ms", "counts_problem"):
            assert record["record"].pop(name) is None
    for name in ("connection", "steps"):
        assert stored["run"]["load"].pop(name) is None
    for name in ("cpu_limit_cores", "workers"):
        assert stored["run"]["generator"].pop(name) is None
    (folder / "report.json").write_text(json.dumps(stored))

    assert differences(read_report(folder), report_of(folder)) == ()
