import subprocess
import sys

SOME_ALONE = ("flask", "google.protobuf", "hpack")
"""For workers on other machines, and for gRPC."""


def test_no_load_waits_for_what_only_others_need() -> None:
    """What takes long to import is imported by the loads that use it."""
    found = f"[name for name in {SOME_ALONE} if name in sys.modules]"
    modules = "cli.run, cli.planning, run.rounds, run.runner"
    names = modules.replace(" ", " celsiusify_load_tests.")
    code = f"import celsiusify_load_tests.{names}, sys; print({found})"
    command = [sys.executable, "-c", code]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout == "[]\n"
