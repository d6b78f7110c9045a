"""The command as a person uses it: loads of small servers, end to end."""

import csv
import json
import shutil
import signal
import socket
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest

from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.config.load_spec import Segment
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.generator.arrivals import fingerprint, stepped
from support.workspace import MakeWorkspace, Refuse, Run, Workspace

SCHEMAS = Path(__file__).parents[3] / "results"
pytestmark = pytest.mark.slow

LATE_S = 5  # on a machine that is busy
TWO = ("--users=8", "--no-calibration", "--processes=2")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, make_workspace: MakeWorkspace) -> Run:
    """One target loaded for some seconds."""
    workspace = make_workspace(tmp_path_factory.mktemp("loaded"))
    run = workspace.command("run", "one", "--users=8", "--warm-up=1", "--run-time=3s")
    assert workspace.leftovers() == []
    return run


def test_a_load_is_recorded_whole(loaded: Run) -> None:
    """Every request is in the rows, and the server counted as many."""
    assert (loaded.code, loaded.stderr) == (ExitCode.OK, "")
    target, entry, rows = loaded.target(), loaded.round(), loaded.rows()
    for part in (target, entry):
        assert (part["state"], part["problem"]) == ("complete", None)
    assert entry["counts"] == {
        "started": rows.num_rows,
        "succeeded": rows.num_rows,
        "failed": 0,
        "aborted": 0,
        "dropped": 0,
        "server": rows.num_rows,
    }
    assert rows.num_rows > 50
    assert rows["start_ns"].to_pylist() == sorted(rows["start_ns"].to_pylist())
    assert entry["started_ns"] <= entry["steady_from_ns"] < entry["steady_until_ns"]
    assert (entry["connections"], entry["instances"]) == ({"opened": 8, "resent": 0}, 1)
    assert 0 <= entry["lag_us"]["p50"] <= entry["lag_us"]["p99"] <= entry["lag_us"]["max"]


def test_a_run_folder_holds_what_its_description_says(loaded: Run) -> None:
    files = {path.name for path in loaded.folder.iterdir()}
    assert files == {
        "run.json",
        "load.json",
        "one_requests.parquet",
        "one_usage.csv",
        "one_users.csv",
    }
    manifest = loaded.manifest
    assert manifest["run"] == loaded.folder.name
    assert (
        manifest["command"] == "celsiusify-load-tests run one --users=8 --warm-up=1 --run-time=3s"
    )
    assert manifest["load"]["users"] == 8
    assert loaded.target()["engine"]["engine"] == "fake"
    assert loaded.target()["request"] == "GET /convert/"


@pytest.mark.parametrize(("file", "schema"), [("run.json", "run"), ("load.json", "load")])
def test_a_run_is_as_its_schema_says(loaded: Run, file: str, schema: str) -> None:
    """The schema of run.json comes from the models that reporting reads it with."""
    rules = json.loads((SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8"))
    content = json.loads((loaded.folder / file).read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(rules).iter_errors(content)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_users_and_usage_are_sampled_each_second(loaded: Run) -> None:
    """CPU time never falls, and is known of the target and of the process that loads it."""
    users = read_csv(loaded.folder / "one_users.csv")
    assert max(int(row["users"]) for row in users) == 8
    usage = read_csv(loaded.folder / "one_usage.csv")
    for role in ("target", "worker-0"):
        cpu_s = [float(row["cpu_s"]) for row in usage if row["role"] == role]
        assert len(cpu_s) >= 2
        assert cpu_s == sorted(cpu_s)
        assert cpu_s[-1] > 0


def test_all_are_those_that_need_not_be_named(workspace: Workspace) -> None:
    fails = {"command": f"{workspace.program} fail"}
    targets = {name: workspace.fake(serve=fails) for name in ("one", "two", "three")}
    workspace.targets = {**targets, "two": {**targets["two"], "in_all": False}}
    run = workspace.command("run", "all")
    assert list(run.manifest["targets"]) == ["one", "three"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, make_workspace: MakeWorkspace) -> Run:
    """One target loaded by two processes."""
    workspace = make_workspace(tmp_path_factory.mktemp("shared"))
    run = workspace.command(
        "run", "one", "--users=8", "--warm-up=0", "--run-time=2s", "--processes=2"
    )
    assert workspace.leftovers() == []
    return run


@pytest.mark.alone
def test_several_processes_share_the_users(shared: Run) -> None:
    assert (shared.code, shared.stderr) == (ExitCode.OK, "")
    assert sorted(shared.rows()["worker"].unique().to_pylist()) == [0, 1]
    assert shared.round()["counts"]["server"] == shared.rows().num_rows
    roles = {row["role"] for row in read_csv(shared.folder / "one_usage.csv")}
    assert roles == {"target", "worker-0", "worker-1"}


@pytest.mark.alone
def test_several_processes_are_tried_together(shared: Run) -> None:
    assert shared.manifest["calibration"]["HTTP/1.1"]["requests"] > 1000


def test_wrong_answers_are_failures(workspace: Workspace) -> None:
    """A server that is off by a degree under load serves no request rightly."""
    workspace.targets["one"] = workspace.fake(options="--offset 1 --right 400")
    run = workspace.load("one", "--run-time=2s", "--think-time", "0", "0")
    counts = run.round()["counts"]
    assert run.code == ExitCode.FAILED
    assert run.target()["state"] == "complete"
    assert counts["failed"] == counts["started"] - 400 > 0


def test_nothing_is_timed_unless_all_targets_answer_rightly(workspace: Workspace) -> None:
    """A target that answers F-32 is told with what it was asked, what came and what should have."""
    workspace.targets["two"] = workspace.fake(options="--offset 1")
    run = workspace.load("one", "two")
    assert run.code == ExitCode.NOT_EQUIVALENT
    assert run.stderr == (
        "two: answer for -459.67 °F: -272.15 °C; expected -273.15 °C "
        "(62 of 64 answers are wrong); nothing was timed\n"
    )
    assert {run.target(name)["state"] for name in ("one", "two")} == {"failed"}
    gate = run.manifest["equivalence"]
    assert (gate["tolerance"], gate["points"]) == (1e-4, 64)
    assert gate["targets"]["one"]["wrong"] == 0 < gate["targets"]["two"]["wrong"]
    assert gate["targets"]["one"]["worst_error"] < 1e-4
    assert {path.name for path in run.folder.iterdir()} == {"run.json", "load.json"}


def test_a_missing_grid_of_points_is_told_before_anything_is_started(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.write()
    (workspace.folder / "reference-points.csv").unlink()
    monkeypatch.chdir(workspace.folder)
    assert main(["run", "one"]) == ExitCode.USAGE
    assert "reference-points.csv: No such file or directory" in capsys.readouterr().err
    assert not (workspace.folder / "results").exists()


def test_temporary_files_that_cannot_be_written_are_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a container whose root is read-only, with nothing mounted at /tmp."""

    def nowhere() -> str:
        raise FileNotFoundError

    workspace.write()
    monkeypatch.chdir(workspace.folder)
    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    assert main(["run", "one"]) == ExitCode.USAGE
    assert "can't write temporary files: mount /tmp, or set TMPDIR" in capsys.readouterr().err


def test_targets_take_turns_in_the_order_asked(workspace: Workspace) -> None:
    """They are started afresh each time, one at a time, mirrored every other round."""
    run = workspace.load("two", "one", "--rounds=2", "--cool-down=0")
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert list(run.manifest["targets"]) == ["two", "one"]
    sequence, load = run.manifest["sequence"], run.manifest["load"]
    assert sequence == [["two", 0], ["one", 0], ["one", 1], ["two", 1]]
    assert (load["rounds"], load["order"], load["cool_down_s"]) == (2, "abba", 0)
    loads = [run.round(name, number) for name, number in sequence]
    assert all(before["ended_ns"] < after["started_ns"] for before, after in pairwise(loads))
    for name in ("one", "two"):
        rows, usage = run.rows(name), read_csv(run.folder / f"{name}_usage.csv")
        assert rows["target"].unique().to_pylist() == [name]
        counted = Counter(rows["round"].to_pylist())
        assert counted == {
            entry["round"]: entry["counts"]["server"] for entry in run.target(name)["rounds"]
        }
        assert len({row["pid"] for row in usage if row["role"] == "target"}) == 2


def test_the_generator_is_tried_before_it_is_trusted(loaded: Run) -> None:
    """Against a server that does nothing there is a highest rate and a lowest latency."""
    ability = loaded.manifest["calibration"]["HTTP/1.1"]
    assert ability["requests"] > 1000
    assert ability["rate_rps"] == pytest.approx(ability["requests"] / ability["seconds"], rel=0.01)
    assert 0 < ability["floor_p50_ms"] <= ability["floor_p99_ms"]
    assert 0 < ability["responder_cpu_percent"] <= 110
    assert 0 < ability["generator_cpu_percent"] <= 110
    assert "the load generator makes up to" in loaded.stdout


def test_the_warm_up_is_not_measured(loaded: Run) -> None:
    """The steady part begins as late as asked after the first request, and lasts as asked."""
    entry = loaded.round()
    steady_s = (entry["steady_until_ns"] - entry["steady_from_ns"]) / 1e9
    assert loaded.manifest["load"]["warm_up_s"] == 1
    assert 3 <= steady_s < 3 + LATE_S
    assert 1 <= (entry["steady_from_ns"] - entry["started_ns"]) / 1e9 < 1 + LATE_S


def test_a_target_is_taken_apart_before_it_is_loaded(loaded: Run) -> None:
    """The phases are those of a request's whole time, and there is a length of the request."""
    phases = dict(loaded.target()["phases_us"])
    assert phases.pop("requests") == 300
    total = phases.pop("total")
    assert sum(phases.values()) == pytest.approx(total, rel=0.02)
    assert 100 < loaded.target()["request_bytes"] < 300


def test_a_lost_worker_makes_a_measurement_invalid(workspace: Workspace) -> None:
    """One of two load-generating processes is killed: what is left isn't the load asked for."""
    process = workspace.start("run", "one", *TWO)
    run = workspace.interrupt(process, signal.SIGKILL, of="worker-1")
    assert run.code == ExitCode.INVALID
    assert run.round()["state"] == "failed"
    assert run.round()["problem"].startswith("load process 1 broke off; ")
    assert "worker 1 didn't close its record" in run.round()["problem"]
    assert workspace.leftovers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_interrupted_run_keeps_what_it_has(
    workspace: Workspace, number: signal.Signals, processes: str
) -> None:
    process = workspace.start(
        "run", "one", "two", "--users=8", "--no-calibration", f"--processes={processes}"
    )
    run = workspace.interrupt(process, number)
    assert run.code == ExitCode.INTERRUPTED
    assert run.target("one")["state"] == "interrupted"
    assert run.round("one")["counts"]["started"] == run.rows().num_rows > 0
    assert run.target("two")["state"] == "interrupted"
    assert not (run.folder / "two_requests.parquet").exists()
    assert workspace.leftovers() == []


def test_a_load_ends_with_its_command(workspace: Workspace) -> None:
    """Even if that is killed: a server elsewhere isn't loaded for nothing."""
    with workspace.running() as server:
        process = workspace.start("run", "one", f"--host={server.url}", *TWO)
        workspace.wait_for_rows(workers=2)
        process.kill()
        workspace.wait_for(lambda: not workspace.leftovers())
        process.communicate()


def test_an_interruption_while_the_target_starts_ends_it(workspace: Workspace) -> None:
    workspace.targets["one"] = workspace.fake(health="/convert/?fahrenheit=x")
    process = workspace.start("run", "one")
    workspace.wait_for(lambda: any(workspace.folder.glob("results/*/run.json")))
    process.send_signal(signal.SIGINT)
    run = workspace.finish(process)
    assert (run.code, run.target()["state"]) == (ExitCode.INTERRUPTED, "interrupted")
    assert workspace.leftovers() == []


def test_the_process_that_a_target_names_is_the_one_measured(workspace: Workspace) -> None:
    workspace.targets["one"] = workspace.fake(options="--child --pid-file $pid_file")
    run = workspace.load("one")
    usage = read_csv(run.folder / "one_usage.csv")
    assert len({row["pid"] for row in usage if row["role"] == "target"}) == 1
    assert run.code == ExitCode.OK
    assert workspace.leftovers() == []


def test_a_target_that_fails_leaves_the_others_alone(workspace: Workspace) -> None:
    workspace.targets["one"]["serve"] = {"command": f"{workspace.program} fail"}
    run = workspace.load("one", "two")
    assert run.code == ExitCode.USAGE
    assert run.target("one")["problem"] == "it ended with code 1: no model in /models"
    assert (run.folder / "one_server.log").read_text() == "no model in /models\n"
    assert run.target("two")["state"] == "complete"
    assert run.stderr == "one: failed: it ended with code 1: no model in /models\n"


def test_a_target_that_never_gets_healthy_is_stopped(workspace: Workspace) -> None:
    workspace.targets["one"] = workspace.fake(health="/convert/?fahrenheit=x")
    run = workspace.command("run", "one", "--start-timeout=1")
    assert run.code == ExitCode.USAGE
    assert "/convert/?fahrenheit=x didn't answer with 200 within 1 s" in run.target()["problem"]
    assert workspace.leftovers() == []


def test_a_target_that_dies_under_load_ends_it(workspace: Workspace) -> None:
    """What was recorded until then is kept, but isn't taken for a measurement of the target."""
    workspace.targets["one"] = workspace.fake(options="--last 500")
    run = workspace.load("one", "--run-time=60s", "--think-time", "0", "0")
    assert run.code == ExitCode.INVALID
    assert run.target()["state"] == "failed"
    assert run.target()["problem"].startswith("the target ended with code 3: it printed nothing")
    assert run.rows().num_rows == run.round()["counts"]["started"] >= 500
    assert workspace.leftovers() == []


def test_a_port_that_is_taken_is_named(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        workspace.targets["one"]["ports"] = {"http": port}
        run = workspace.load("two", "one")
    assert run.code == ExitCode.USAGE
    assert f"one: port {port} (http) can't be used: Address already in use" in run.stderr
    assert "HOST=" in run.stderr
    assert not (workspace.folder / "results").exists()


def test_a_target_that_is_not_installed_tells_how_to_get_it(workspace: Workspace) -> None:
    del workspace.targets["one"]["describe"]
    workspace.targets["one"] |= {
        "environment": "converter-api",
        "serve": {"command": ".tox/absent serve"},
    }
    run = workspace.load("two", "one")
    assert run.code == ExitCode.USAGE
    assert "one: .tox/absent is not installed; " in run.stderr
    assert "make setup" in run.stderr
    assert not (workspace.folder / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nope"], "no target 'nope' in targets.yaml; it has one, two"),
        ([], "name a target: one, two or all"),
        (["one", "--profile=nope"], "no profile 'nope'; there are reference, quick, benchmark"),
        (["one", "--users=0"], "Invalid value for '--users': 0 is not in the range x>=1."),
        (["one", "--users=many"], "'many' is not a valid integer"),
        (["one", "--run-time=soon"], "'soon'; expected a time like 30s, 5m or 1h30m"),
        (["one", "--run-time=0s"], "run_time_s: Input should be greater than 0, got 0"),
        (["one", "--spawn-rate=x"], "Invalid value for '--spawn-rate': 'x' is not a valid float"),
        (["one", "--think-time", "2", "1"], "think_time_s: 2 to 1; expected 0 <= MIN <= MAX"),
        (["one", "--host=8080"], "'8080'; expected http://host:port or grpc://host:port"),
        (
            ["one", "two", "--host=http://h:1"],
            "--host is one server, but 2 targets are named; say which it is: --host one=http://h:1",
        ),
        (["one", "--host=two=http://h:1"], "--host two=http://h:1: only one is loaded"),
        (["one", "--host=one=h:1"], "'one=h:1'; expected http://host:port or grpc://host:port"),
        (["one", "--host=one=grpc://h:1"], "expected a host like http://HOST[:PORT][/PREFIX]"),
        (["one", "--counters=http://h:1"], "--counters one=http://h:1 needs --host one=URL as"),
        (["one", "--counters=grpc://h:1"], "'grpc://h:1'; expected http://host:port"),
        (["one", "--targets=absent.yaml"], "can't read absent.yaml"),
        (["one", "--order=sorted"], "'sorted' is not one of 'abba', 'random', 'given'"),
        (
            ["one", "--profile=spike", "--users=5"],
            "has no users, so --users means nothing; see --rate",
        ),
        (
            ["one", "--profile=spike", "--think-time", "0", "1"],
            "has no users, so --think-time means nothing; see --rate",
        ),
        (
            ["one", "--profile=spike", "--load=closed"],
            "profile spike is an open load: --load poisson or constant",
        ),
        (["one", "--connection=close"], "'close'; expected keep-alive, per-request or rotate:N"),
        (["one", "--rounds=0"], "Invalid value for '--rounds': 0 is not in the range x>=1."),
        (["one", "--nope"], "No such option '--nope'"),
    ],
)
def test_a_wrong_command_is_answered_in_one_line_and_starts_nothing(
    refuse: Refuse, arguments: list[str], complaint: str
) -> None:
    assert complaint in refuse(["run", *arguments])


@pytest.mark.parametrize("option", ["--users=", "--profile=", "--host=", "--run-time=", "--order="])
def test_an_empty_value_is_refused(refuse: Refuse, option: str) -> None:
    """It is a variable that somebody forgot to set, e.g. in a script."""
    assert refuse(["run", "one", option])


def test_a_run_is_repeated_by_its_own_specification(workspace: Workspace) -> None:
    """The same targets, load and schedule, from the file alone; options still override it."""
    first = workspace.load("two", "one", "--load=poisson", "--rate=50", "--seed=7", "--rounds=2")
    spec = first.folder / "load.json"
    assert json.loads(spec.read_text()) == first.manifest["load"]
    second = workspace.command("run", f"--spec={spec}", "--rounds=1")
    assert (second.code, second.stderr) == (ExitCode.OK, "")
    assert second.folder != first.folder
    assert second.manifest["load"] == first.manifest["load"] | {"rounds": 1}
    assert list(second.manifest["targets"]) == ["two", "one"]
    for name in ("one", "two"):
        schedules = [run.round(name)["schedule"]["sha256"] for run in (first, second)]
        assert schedules[0] == schedules[1]


def test_a_specification_needs_only_what_differs_from_its_profile(workspace: Workspace) -> None:
    (workspace.folder / "load.yaml").write_text(
        "profile: quick\nusers: 8\nwarm_up_s: 0\nrun_time_s: 1\ncalibration: false\n"
    )
    run = workspace.command("run", "one", "--spec=load.yaml", "--seed=3")
    load = run.manifest["load"]
    assert run.code == ExitCode.OK
    assert (load["profile"], load["users"], load["seed"]) == ("quick-changed", 8, 3)
    assert load["think_time_s"] == [0.005, 0.1]


@pytest.mark.parametrize(
    ("text", "options", "complaint"),
    [
        ("users: 0", [], "load.yaml: users: Input should be greater than 0, got 0"),
        ("- 1", [], "load.yaml: list; expected a mapping of load values"),
        ("{", [], "load.yaml is not YAML"),
        ("search: {}\nmodel: poisson", [], "load.yaml describes a capacity search"),
        ("targets: [nope]", [], "no target 'nope' in targets.yaml; it has one, two"),
        ("limits: 3", ["--start-timeout=3"], "load.yaml: "),
    ],
)
def test_a_wrong_specification_is_told_in_one_line(
    workspace: Workspace, refuse: Refuse, text: str, options: list[str], complaint: str
) -> None:
    (workspace.folder / "load.yaml").write_text(text)
    names = [] if "targets" in text else ["one"]
    assert complaint in refuse(["run", *names, "--spec=load.yaml", *options])


def test_a_profile_fills_only_what_a_specification_leaves_out(
    workspace: Workspace, refuse: Refuse
) -> None:
    """As a chart's specification does; that of a run leaves nothing out."""
    (workspace.folder / "load.yaml").write_text("connection: per-request\nusers: 8\n")
    options = ("--profile=quick", "--run-time=1s", "--warm-up=0", "--no-calibration")
    load = workspace.command("run", "one", "--spec=load.yaml", *options).manifest["load"]
    assert (load["profile"], load["connection"]) == ("quick-changed", "per-request")
    assert (load["users"], load["run_time_s"]) == (8, 1)
    (workspace.folder / "whole.json").write_text(json.dumps(load))
    shutil.rmtree(workspace.folder / "results")
    complaint = refuse(["run", "one", "--spec=whole.json", "--profile=quick"])
    assert "--profile quick: whole.json gives every value of the load itself" in complaint


def test_a_missing_specification_is_named(refuse: Refuse) -> None:
    assert "can't read none.json: No such file" in refuse(["run", "one", "--spec=none.json"])


def test_a_spike_is_loaded_in_steps(workspace: Workspace) -> None:
    """Each step lasts and asks as its profile says, and the schedule can be made again."""
    run = workspace.command(
        "run", "one", "--profile=spike", "--rate=100", "--run-time=4s", "--warm-up=1",
        "--no-calibration", "--seed=3",
    )  # fmt: skip
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert "20 a second for 0.5 s, then 100 a second for 1.5 s, then 20 a second" in run.stdout
    manifest, entry = run.manifest, run.round()
    assert (manifest["load"]["model"], manifest["load"]["rate_rps"]) == ("poisson", 100)
    assert manifest["load"]["profile"] == "spike-changed"
    assert [step["duration_s"] for step in manifest["load"]["steps"]] == [0.5, 1.5, 2]
    steps = entry["steps"]
    assert [step["rate_rps"] for step in steps] == [20, 100, 20]
    assert [steps[0]["from_ns"], steps[-1]["until_ns"]] == [
        entry["steady_from_ns"],
        entry["steady_from_ns"] + 4_000_000_000,
    ]
    expected = stepped("poisson", [Segment(1.5, 20), Segment(1.5, 100), Segment(2, 20)], seed=3)
    assert entry["schedule"]["sha256"] == fingerprint(expected)
    due = run.rows()["intended_ns"].to_numpy() - entry["schedule"]["begin_ns"]
    assert sorted(due.tolist()) == expected.tolist()


def test_what_there_is_can_be_listed(workspace: Workspace) -> None:
    targets, profiles = workspace.command("targets"), workspace.command("profiles")
    assert [line.split()[0] for line in targets.stdout.splitlines()] == ["one", "two"]
    assert [line.split()[0] for line in profiles.stdout.splitlines()] == [
        "reference",
        "quick",
        "benchmark",
        "capacity",
        "spike",
    ]


def test_the_command_tells_the_limit_of_its_load(loaded: Run) -> None:
    assert "no server can show more than 152 requests/s" in loaded.stdout
    assert f"recorded in results/{loaded.folder.name}" in loaded.stdout


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
