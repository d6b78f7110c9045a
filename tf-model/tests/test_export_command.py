"""The command: what it refuses, keeps and never overwrites."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from celsiusify_tf_model.card import read_card

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]


def only_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """A folder with version 1."""
    folder = tmp_path_factory.mktemp("out")
    assert run("export", "--out", folder, "--version", "1").returncode == 0
    return folder


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_exporting_twice_gives_the_same_weights(out: Path, run: Run, tmp_path: Path) -> None:
    """Two processes make the same card and the same bytes of weights."""
    assert run("export", "--out", tmp_path, "--version", "7").returncode == 0
    first, second = out / "celsiusify" / "1", tmp_path / "celsiusify" / "7"
    weights = Path("variables/variables.data-00000-of-00001")

    assert read_card(first) == read_card(second)
    assert (first / weights).read_bytes() == (second / weights).read_bytes()


def test_another_seed_gives_other_weights(out: Path, run: Run, tmp_path: Path) -> None:
    """The weights are learned: they depend on what they were drawn from."""
    options = ("--architecture", "mlp", "--width", "8", "--depth", "2", "--epochs", "10")
    for seed in ("1", "2"):
        done = run("export", "--out", tmp_path, "--version", seed, "--seed", seed, *options)
        assert done.returncode == 0, done.stderr
    first, second = (read_card(tmp_path / "celsiusify" / seed) for seed in ("1", "2"))

    assert first is not None
    assert second is not None
    assert first["fingerprint"] != second["fingerprint"]
    assert first["parameters"] == second["parameters"] == 8 + 8 * 8 + 8 + 1


def test_existing_version_is_never_overwritten(out: Path, run: Run) -> None:
    before = contents(out)
    done = run("export", "--out", out, "--version", "1")

    assert done.returncode == 2
    assert "version 1 exists already" in only_line(done.stderr)
    assert "next free one is 2" in done.stderr
    assert contents(out) == before


def test_unchanged_recipe_keeps_the_version(out: Path, run: Run) -> None:
    before = contents(out)
    done = run("export", "--out", out, "--if-changed")

    assert done.returncode == 0
    assert only_line(done.stdout) == f"{out / 'celsiusify' / '1'} is up to date"
    assert contents(out) == before


def test_changed_recipe_becomes_the_next_version(run: Run, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        done = run("export", "--out", tmp_path, "--if-changed", "--epochs", "10", "--seed", seed)
        assert done.returncode == 0, done.stderr

    assert sorted(path.name for path in (tmp_path / "celsiusify").iterdir()) == ["1", "2"]


def test_inaccurate_model_is_refused_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    """A single ReLU is flat on one side of 0 °F, so that no training can save it."""
    sizes = ("--width", "1", "--depth", "1")
    done = run("export", "--out", tmp_path, "--architecture", "mlp", *sizes)

    assert done.returncode == 5
    assert "its largest error is" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "celsiusify").iterdir()) == []


def test_interrupted_export_leaves_nothing(tmp_path: Path) -> None:
    """A server that polls the folder never finds half a version, nor does the next export."""
    command = [sys.executable, "-m", "celsiusify_tf_model", "export", "--out", str(tmp_path)]
    model_dir = tmp_path / "celsiusify"
    with subprocess.Popen([*command, "--epochs", "1000"], stderr=subprocess.DEVNULL) as process:
        deadline_s = time.monotonic() + 60
        while not list(model_dir.glob(".exporting-*")) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        found = [path.name for path in model_dir.iterdir()]
        process.send_signal(signal.SIGTERM)

    assert len(found) == 1
    assert not found[0].isdecimal()
    assert process.returncode == 128 + signal.SIGTERM
    assert list(model_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Missing command."),
        (("serve",), "No such command 'serve'."),
        (("export",), "Missing option '--out'"),
        (("export", "--out", "x", "--version", "0"), "expected a whole number from 1 to"),
        (("export", "--out", "x", "--version", "-1"), "--version"),
        (("export", "--out", "x", "--architecture", "cnn"), "linear"),
        (("export", "--out", "x", "--width", "4"), "need --architecture mlp"),
        (("export", "--out", "x", "--seed", "a"), "not 'a'"),
        (("export", "--out", "x", "--points", "none.csv"), "none.csv: No such file"),
        (("export", "--out", "x", "--points", __file__), "columns fahrenheit,celsius"),
        (("export", "--out", "/dev/null"), "/dev/null/celsiusify: Not a directory"),
    ],
)
def test_wrong_usage_is_one_line(
    run: Run, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = run(*[str(tmp_path) if option == "x" else option for option in options])

    assert done.returncode == 2
    assert message in only_line(done.stderr)
    assert list(tmp_path.iterdir()) == []


WITHOUT_ROOM = """
import sys, tempfile
from celsiusify_tf_model.__main__ import main
tempfile._candidate_tempdir_list = list
sys.exit(main(["export", "--out", sys.argv[1]]))
"""


def test_nowhere_for_temporary_files_is_one_line(tmp_path: Path) -> None:
    """So it is in a container with a read-only root and no /tmp beside it."""
    command = [sys.executable, "-c", WITHOUT_ROOM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "expected /tmp, or the one in TMPDIR" in only_line(done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_standard_error_holds_progress_alone(run: Run, tmp_path: Path) -> None:
    """TensorFlow's own messages about the machine don't reach the user."""
    done = run("export", "--out", tmp_path)

    assert all(line.startswith(("training", "checking")) for line in done.stderr.splitlines())
    assert done.stderr
    assert "largest error" in only_line(done.stdout)
