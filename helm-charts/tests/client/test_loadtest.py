"""`celsiusify-cluster loadtest`, with the real kubectl, against leaders that follow a script."""

import csv
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.time_limits import TimeLimits

from .cluster.cluster import Cluster
from .cluster.containers import Command, Container, Program, prints, waits
from .cluster.leaders import FILES, HOUR_NS, RUN, frames, leads
from .cluster.release import LABELS, NAMESPACE, TARGETS_LABEL, install
from .cluster.resources import Object
from .cluster.store import find

Captured = pytest.CaptureFixture[str]


def loadtest(results: Path, *arguments: str, **limits: float) -> int:
    return main(["loadtest", f"--results={results}", *arguments], TimeLimits(**limits))


def read(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_results_come_home_and_the_leader_s_code_is_handed_on(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    released.leader = leads(frames(), code=1)
    assert loadtest(results, "tfserving") == 1
    folder = results / RUN
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    said = capsys.readouterr()
    assert "quick: 100 users\n" in said.out
    assert "CELSIUSIFY" not in said.out
    assert f"results are in {folder}: 2 files, all verified" in said.out
    assert said.err == ""
    assert [path.name for path in results.iterdir()] == [RUN]


def test_a_log_shows_now_and_then_how_far_a_load_is(
    released: Cluster, results: Path, capsys: Captured
) -> None:

    def lasts() -> None:
        while not any("/log?" in request for request in released.requests):
            time.sleep(0.05)
        time.sleep(2)

    released.leader = leads(frames(), during=lasts)
    assert loadtest(results, "tfserving", progress_s=0.5) == 0
    assert "0:01  tfserving 1 of 1 ready\n" in capsys.readouterr().out


def test_a_run_tells_of_the_cluster_that_it_was_made_on(released: Cluster, results: Path) -> None:
    released.leader = leads(frames())
    assert loadtest(results, "tfserving") == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert list(content["files"]) == list(FILES)
    assert content["server_version"] == "v1.37.1"
    assert content["leader"]["node"] == "node-1"
    assert content["workers"] == []
    assert content["clock"]["offset_ms"] == pytest.approx(HOUR_NS / 1e6, abs=5000)
    assert content["nodes"][0]["cpu_cores"] == 4
    assert content["targets"] == {
        "tfserving": {
            "deployment": "celsiusify-tf-serving",
            "engine": None,
            "image": "celsiusify/tf-serving:0.1.0",
            "image_id": f"celsiusify/tf-serving:0.1.0@sha256:{'ab' * 32}",
            "cpu_request_cores": 0.5,
            "cpu_limit_cores": 0.5,
            "memory_limit_bytes": 512 * 2**20,
            "nodes": ["node-1"],
            "autoscaler": {
                "kind": "HorizontalPodAutoscaler",
                "min": 1,
                "max": 5,
                "target_cpu_percent": 50,
                "scale_up_stabilization_s": 0,
                "scale_down_stabilization_s": 60,
            },
        }
    }


def says(text: str) -> Program:
    """A server whose pod says something when it is asked to describe itself."""

    def program(container: Container) -> int:
        def describe(arguments: list[str], send: Callable[[bytes], None]) -> int:
            assert arguments == ["describe"]
            send(text.encode())
            return 0 if text else 1

        container.commands["tf-serving"] = describe
        return waits(container)

    return program


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        (
            '{"engine": "tensorflow_model_server", "version": "2.20.0"}\n',
            {"engine": "tensorflow_model_server", "version": "2.20.0"},
        ),
        ("usage: tf-serving", None),
        ("[]", None),
        ("", None),
    ],
)
def test_a_run_tells_what_its_servers_say_of_themselves(
    cluster: Cluster, results: Path, text: str, engine: Object | None
) -> None:
    cluster.server = says(text)
    install(cluster)
    cluster.leader = leads(frames())
    assert loadtest(results, "tfserving") == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert content["targets"]["tfserving"]["engine"] == engine


def test_a_server_that_describes_itself_for_ever_is_let_be(cluster: Cluster, results: Path) -> None:
    def program(container: Container) -> int:
        container.commands["tf-serving"] = lambda *_: int(container.stopped.wait())
        return waits(container)

    cluster.server = program
    install(cluster)
    cluster.leader = leads(frames())
    assert loadtest(results, "tfserving", answer_s=1) == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert content["targets"]["tfserving"]["engine"] is None


def test_a_scale_up_is_sampled_on_the_leader_s_clock(released: Cluster, results: Path) -> None:
    def scale_up() -> None:
        time.sleep(1.5)
        released.scale(NAMESPACE, "celsiusify-tf-serving", 3, cpu_percent=170)
        time.sleep(2.5)

    released.leader = leads(frames(), during=scale_up)
    before_ns = time.time_ns()
    assert loadtest(results, "tfserving") == 0
    rows = read(results / RUN / "tfserving_scale.csv")
    seen = [
        (row["desired"], row["ready"], row["hpa_cpu_percent"], row["hpa_desired"]) for row in rows
    ]
    assert seen[0] == ("1", "1", "", "")
    assert seen[-1] == ("3", "3", "170", "3")
    times_ns = [int(row["time_ns"]) for row in rows]
    assert times_ns == sorted(times_ns)
    assert times_ns[0] + HOUR_NS == pytest.approx(before_ns, abs=30e9)
    pods = read(results / RUN / "tfserving_pods.csv")
    assert len({row["pod"] for row in pods}) == 3
    last = pods[-1]
    assert (last["node"], last["ready"]) == ("node-1", "1")
    assert (float(last["cpu_cores"]), int(last["memory_bytes"])) == (0.25, 2**26)
    assert int(last["created_ns"]) <= int(last["ready_ns"])
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert content["sampling"]["samples"] == len(rows)
    assert content["sampling"]["problem"] is None


def test_options_are_appended_and_workers_counted(released: Cluster, results: Path) -> None:
    released.leader = leads(frames())
    wishes = [
        "--profile=quick",
        "--rate=200",
        "--workers=2",
        "--",
        "--think-time",
        "1",
        "2",
    ]
    assert loadtest(results, "tfserving", *wishes) == 0
    (job,) = released.store.choose(find("jobs"))
    args = job["spec"]["template"]["spec"]["containers"][0]["args"]
    assert args[-6:] == ["--profile=quick", "--rate=200", "--workers=2", "--think-time", "1", "2"]
    assert (job["spec"]["completions"], job["spec"]["parallelism"]) == (3, 3)
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert len(content["workers"]) == 2


def test_workers_that_find_a_node_late_are_known_by_it(released: Cluster, results: Path) -> None:
    released.leader = leads(frames(), during=lambda: time.sleep(5))
    released.worker_delay_s = 2
    assert loadtest(results, "tfserving", "--workers=1") == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert [worker["node"] for worker in content["workers"]] == ["node-1"]


def damaged(place: int, line: str) -> list[str]:
    lines = frames()
    lines[place] = line
    return lines


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (frames()[:-2], "no complete results in the log of "),
        (frames()[:-1], "no complete results in the log of "),
        (
            [line for line in frames() if "DATA" not in line],
            "run.json: checksum mismatch (SHA-256)",
        ),
        (
            damaged(2, "CELSIUSIFY DATA %%%"),
            "the leader's frames are damaged at 'CELSIUSIFY DATA %%%'",
        ),
        (
            damaged(0, "CELSIUSIFY BEGIN ../up files=2"),
            "the leader sent a run named '../up': refused",
        ),
        (frames({"../out": b"x"}), "the leader sent a file named '../out': refused"),
        (frames({"/etc/motd": b"x"}), "the leader sent a file named '/etc/motd': refused"),
        (
            damaged(-1, f"CELSIUSIFY END {RUN} sha256={'0' * 64}"),
            f"{RUN} is incomplete: 2 of 2 files",
        ),
        ([], "no complete results in the log of "),
    ],
    ids=["truncated", "no end", "no data", "not base64", "run", "up", "root", "whole", "nothing"],
)
def test_results_that_are_not_what_was_sent_are_refused(
    released: Cluster, results: Path, capsys: Captured, lines: list[str], complaint: str
) -> None:
    released.leader = leads(lines)
    assert loadtest(results, "tfserving") == 3
    assert complaint in capsys.readouterr().err
    assert not results.exists()


def holder(tries: list[list[str]]) -> Program:
    """A leader that holds its results until they were asked for as often as there are tries."""

    def program(container: Container) -> int:
        released = threading.Event()

        def emit(arguments: list[str], send: Callable[[bytes], None]) -> int:
            if arguments:
                assert arguments == ["--release", "--quiet"]
                released.set()
                return 0
            send("\n".join([*tries.pop(0), ""]).encode())
            return 0

        container.commands["celsiusify-load-tests"] = emit_verb(emit)
        container.print("CELSIUSIFY HELD /results/run bytes=7000000")
        return 0 if released.wait(20) else 9

    return program


def emit_verb(emit: Command) -> Command:
    def command(arguments: list[str], send: Callable[[bytes], None]) -> int:
        assert arguments[:2] == ["export", "/results/run"]
        return emit(arguments[2:], send)

    return command


def test_results_that_the_leader_holds_are_fetched(released: Cluster, results: Path) -> None:
    released.leader = holder([frames()])
    assert loadtest(results, "tfserving") == 0
    assert (results / RUN / "run.json").read_bytes() == FILES["run.json"]


def test_held_results_are_fetched_again_where_they_come_cut_off(
    released: Cluster, results: Path
) -> None:
    tries = [frames()[:3], frames()]
    released.leader = holder(tries)
    assert loadtest(results, "tfserving") == 0
    assert tries == []
    assert (results / RUN / "run.json").read_bytes() == FILES["run.json"]


def killed(container: Container) -> int:
    container.killed_as = "OOMKilled"
    return 137


def evicted(container: Container) -> int:
    container.evicted_because = "The node was low on resource: memory."
    return 137


@pytest.mark.parametrize(
    ("leader", "code", "complaint"),
    [
        (killed, 3, "took more memory than it may and was killed (OOMKilled)"),
        (evicted, 3, "was lost: Evicted: The node was low on resource: memory."),
        (prints("no target 'nope'", code=2), 2, "the leader ended with code 2"),
        (prints("Traceback", code=1), 3, "the leader ended with code 1: no complete results in"),
    ],
)
def test_a_leader_that_sends_nothing_is_explained(
    released: Cluster, results: Path, capsys: Captured, leader: Program, code: int, complaint: str
) -> None:
    released.leader = leader
    assert loadtest(results, "tfserving") == code
    assert complaint in capsys.readouterr().err


def test_a_lost_worker_is_named(released: Cluster, results: Path, capsys: Captured) -> None:
    released.leader = leads(frames(), code=3, during=lambda: time.sleep(1))
    released.worker = evicted
    assert loadtest(results, "tfserving", "--workers=1") == 3
    assert "was lost: Evicted: The node was low on resource" in capsys.readouterr().err
    assert (results / RUN / "cluster.json").exists()


def test_what_may_not_be_seen_is_left_empty(released: Cluster, results: Path) -> None:
    released.forbid("list", "horizontalpodautoscalers")
    released.forbid("list", "nodes")
    released.leader = leads(frames(), during=lambda: time.sleep(1))
    assert loadtest(results, "tfserving") == 0
    content = json.loads((results / RUN / "cluster.json").read_text())
    assert content["nodes"] == []
    assert 'User "me" cannot list resource' in content["sampling"]["problem"]
    rows = read(results / RUN / "tfserving_scale.csv")
    assert {(row["ready"], row["hpa_desired"]) for row in rows} == {("1", "")}


def test_several_targets_are_loaded_in_one_job(released: Cluster, results: Path) -> None:
    released.leader = leads(frames())
    assert loadtest(results, "tfserving", "converter-api") == 0
    (job,) = released.store.choose(find("jobs"))
    args = job["spec"]["template"]["spec"]["containers"][0]["args"]
    begin = args.index("run")
    assert args[begin + 1 : begin + 3] == ["tfserving", "converter-api"]
    assert [arg for arg in args if arg.startswith("--host=")] == [
        "--host=tfserving=http://celsiusify-tf-serving:8080",
        "--host=converter-api=http://celsiusify-converter-api:8080",
    ]
    assert (results / RUN / "converter-api_scale.csv").exists()


def test_results_can_be_fetched_again(released: Cluster, results: Path, capsys: Captured) -> None:
    released.leader = leads(frames())
    loadtest(results, "tfserving")
    before = json.loads((results / RUN / "cluster.json").read_text())
    (results / RUN / "run.json").unlink()
    (results / RUN / "report.md").write_text("a report")
    assert main(["results", f"--results={results}"]) == 0
    assert (results / RUN / "run.json").read_bytes() == FILES["run.json"]
    assert (results / RUN / "report.md").read_text() == "a report"
    assert json.loads((results / RUN / "cluster.json").read_text()) == before


def test_a_load_that_goes_on_has_no_results_yet(
    released: Cluster, results: Path, capsys: Captured
) -> None:
    job: Object = {"metadata": {"name": "j", "labels": {**LABELS, TARGETS_LABEL: "all"}}}
    pod = {"containers": [{"name": "load", "image": "load-tests"}]}
    released.leader = waits
    job["spec"] = {"completions": 1, "template": {"metadata": {}, "spec": pod}}
    released.store.create(find("jobs"), NAMESPACE, job)
    while not any(
        released.store.choose(find("pods", "v1"), fields="metadata.namespace=celsiusify")
    ):
        time.sleep(0.05)
    assert main(["results", f"--results={results}"]) == 2
    assert "job j hasn't ended" in capsys.readouterr().err
    assert main(["results", "nope", f"--results={results}"]) == 2
    assert "job nope has no pod" in capsys.readouterr().err
