"""What is missing is said in one line, which says what to run."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from celsiusify_cluster.cli.main import main
from celsiusify_cluster.kube import programs
from celsiusify_cluster.time_limits import TimeLimits

from .cluster.cluster import Cluster
from .cluster.containers import waits
from .cluster.leaders import frames, leads
from .cluster.release import NAMESPACE
from .cluster.store import find

Captured = pytest.CaptureFixture[str]
VERBS = (["deploy"], ["undeploy"], ["status"], ["smoke"], ["loadtest", "tfserving"], ["results"])


def complaint(capsys: Captured) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line.removeprefix("celsiusify-cluster: ")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: str(verb[0]))
def test_without_kubectl_it_is_said_how_to_get_it(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "own_folder", lambda: tmp_path)
    assert main(verb) == 2
    assert complaint(capsys) == "kubectl isn't installed: `make tools` downloads it"


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: str(verb[0]))
def test_without_a_cluster_it_is_said_how_to_make_one(
    verb: list[str], cluster: Cluster, capsys: Captured
) -> None:
    cluster.close()
    assert main(verb) == 2
    assert complaint(capsys) == (
        "no cluster answers in context fake: `make cluster` creates one, CONTEXT= names another"
    )


def test_without_a_kubeconfig_it_is_said_how_to_make_a_cluster(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    assert main(["status"]) == 2
    assert "no cluster answers in kubeconfig's current context" in complaint(capsys)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: str(verb[0]))
def test_an_unknown_context_is_named(verb: list[str], cluster: Cluster, capsys: Captured) -> None:
    assert main([*verb, "--context=prod"]) == 2
    assert "kubeconfig has no context prod" in complaint(capsys)


@pytest.mark.parametrize("verb", [["status"], ["loadtest", "tfserving"]], ids=lambda verb: verb[0])
def test_an_unknown_namespace_is_named(verb: list[str], cluster: Cluster, capsys: Captured) -> None:
    assert main([*verb, "--namespace=nowhere"]) == 2
    assert complaint(capsys) == (
        "there is no namespace nowhere: `make deploy` creates it, NAMESPACE= names another"
    )


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (["status"], "nothing of release other is in namespace celsiusify: `make deploy`"),
        (["undeploy"], "there is no release other in namespace celsiusify: `make deploy`"),
        (["smoke"], "there is no release other in namespace celsiusify: `make deploy`"),
        (["loadtest", "all"], "there is no load test on this cluster: `make deploy` first"),
        (["results"], "there is no load's job in namespace celsiusify"),
    ],
)
def test_what_was_not_deployed_is_said_to_be_missing(
    released: Cluster, capsys: Captured, verb: list[str], expected: str
) -> None:
    assert main([*verb, "--release=other"]) == 2
    assert complaint(capsys) == expected


@pytest.mark.parametrize(
    ("verb", "plural", "command", "expected"),
    [
        (
            "create",
            "jobs",
            ["loadtest", "tfserving"],
            "me may not create jobs.batch in namespace celsiusify",
        ),
        (
            "list",
            "cronjobs",
            ["loadtest", "all"],
            "me may not list cronjobs.batch in namespace celsiusify",
        ),
        ("list", "pods", ["status"], "me may not list pods in namespace celsiusify"),
        (
            "create",
            "secrets",
            ["deploy", "--namespace=new", "--chart", str(Path(__file__).parents[2])],
            "me may not create secrets in namespace new",
        ),
        ("create", "namespaces", ["deploy", "--namespace=new"], "me may not create namespaces"),
    ],
)
def test_a_right_that_is_missing_is_named(
    released: Cluster,
    capsys: Captured,
    verb: str,
    plural: str,
    command: list[str],
    expected: str,
) -> None:
    released.forbid(verb, plural)
    assert main(command) == 2
    said = complaint(capsys)
    assert said.startswith(expected)
    assert said.endswith(": ask for a role that allows it")


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([], "name a target: tfserving, converter-api, all"),
        (["nope"], "no load test for 'nope' on this cluster; it has tfserving, converter-api, all"),
    ],
)
def test_a_target_that_is_not_there_is_refused(
    released: Cluster, capsys: Captured, targets: list[str], expected: str
) -> None:
    assert main(["loadtest", *targets]) == 2
    assert complaint(capsys) == expected


def test_a_second_load_at_once_is_refused(released: Cluster, capsys: Captured) -> None:
    job = {
        "metadata": {
            "name": "first",
            "labels": {"app.kubernetes.io/instance": "celsiusify", "celsiusify.dev/targets": "all"},
        },
        "spec": {"suspend": True},
        "status": {"active": 1},
    }
    released.store.create(find("jobs"), NAMESPACE, job)
    assert main(["loadtest", "tfserving"]) == 2
    assert "job first is loading already: wait for its end, or " in complaint(capsys)


def test_a_load_that_fits_no_node_is_removed_and_explained(
    released: Cluster, capsys: Captured
) -> None:
    released.unschedulable = "0/3 nodes are available: 3 Insufficient cpu."
    assert main(["loadtest", "tfserving", "--workers=9"], TimeLimits(problem_s=1.0)) == 2
    assert "can't be scheduled: 0/3 nodes are available: 3 Insufficient cpu." in complaint(capsys)
    assert released.store.choose(find("jobs")) == []


def test_a_load_that_a_node_is_added_for_is_waited_for(released: Cluster, results: Path) -> None:
    released.leader = leads(frames())
    released.unschedulable, released.new_node_s = "0/3 nodes are available: 3 Insufficient cpu.", 4
    assert main(["loadtest", "tfserving", f"--results={results}"], TimeLimits(problem_s=1.0)) == 0


def test_a_worker_that_fits_no_node_is_explained_before_the_leader_waits_for_it(
    released: Cluster, capsys: Captured
) -> None:
    released.leader = waits
    released.unschedulable, released.room = "0/1 nodes are available: 1 Insufficient cpu.", 3
    assert main(["loadtest", "tfserving", "--workers=1"], TimeLimits(problem_s=1.0)) == 2
    assert "-1-" in (said := complaint(capsys))
    assert "can't be scheduled: 0/1 nodes are available: 1 Insufficient cpu." in said
    assert released.store.choose(find("jobs")) == []


def test_a_load_whose_image_is_missing_is_removed_and_explained(
    released: Cluster, capsys: Captured
) -> None:
    released.missing_images.add("celsiusify/load-tests:0.1.0")
    assert main(["loadtest", "tfserving"]) == 2
    assert "image celsiusify/load-tests:0.1.0 of pod celsiusify-tfserving-" in complaint(capsys)
    assert released.store.choose(find("jobs")) == []


def test_a_load_that_gets_no_pods_is_explained(released: Cluster, capsys: Captured) -> None:
    released.holds_jobs = True
    released.refusal = "exceeded quota: compute, requested: cpu=2, limited: cpu=1"
    assert main(["loadtest", "tfserving"], TimeLimits(problem_s=1.0)) == 2
    assert "gets no pods: exceeded quota: compute" in complaint(capsys)


def test_a_job_that_does_not_start_in_time_is_removed(released: Cluster, capsys: Captured) -> None:
    released.holds_jobs = True
    assert main(["loadtest", "tfserving", "--start-timeout=1"]) == 2
    assert "didn't start within 1 s: no pods yet" in complaint(capsys)
    assert released.store.choose(find("jobs")) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["loadtest", "all", "--workers=-1"],
            "-1 is not in the range x>=0",
        ),
        (["deploy", "--timeout=soon"], "'soon'; expected a time like 30s, 5m or 1h30m"),
        (
            ["loadtest", "all", "--start-timeout=0"],
            "0.0 is not in the range x>0",
        ),
        (
            ["loadtest", "all", "--run-time=soon"],
            "Invalid value for '--run-time': 'soon'; expected a time like 30s, 5m or 1h30m",
        ),
        (
            ["loadtest", "all", "--rounds=x"],
            "'x'; expected a whole number",
        ),
        (
            ["loadtest", "all", "--users="],
            "''; expected a whole number",
        ),
        (["loadtest", "all", "--nope=3"], "No such option '--nope'"),
        (["status", "--", "x"], "`--` is for loadtest, not for status"),
    ],
)
def test_a_value_without_meaning_is_refused(
    arguments: list[str], expected: str, capsys: Captured
) -> None:
    assert main(arguments) == 2
    assert expected in complaint(capsys)


def test_help_imports_no_verb() -> None:
    """Help is quick: a verb's modules are imported when the verb is called."""
    code = (
        "import sys; from celsiusify_cluster.cli.main import main; code = main(['--help']); "
        "print([name for name in ('requests', 'rich', 'yaml') if name in sys.modules]); "
        "sys.exit(code)"
    )
    command = [sys.executable, "-c", code]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.endswith("\n[]\n")


def test_version_is_told(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"celsiusify-cluster {version('celsiusify-helm-charts')}\n"
