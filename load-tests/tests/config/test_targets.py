from pathlib import Path

import pytest

from celsiusify_load_tests.config.targets import find_target, find_targets, read_targets
from celsiusify_load_tests.errors import TargetError

WORKSPACE_TARGETS = Path(__file__).parents[3] / "targets.yaml"
MINIMAL = """\
targets:
  one:
    title: One
    ports: {http: 8080}
    health: /readyz
    request: {method: GET, path: "/convert/?fahrenheit=$fahrenheit"}
    answer: {celsius: celsius}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "targets.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_workspace_targets_are_all_readable() -> None:
    """Every entry of the workspace's own targets.yaml is understood, key by key."""
    targets = read_targets(WORKSPACE_TARGETS)
    assert {"converter-api", "tfserving"} <= set(targets)
    assert all(name == target.name for name, target in targets.items())


def test_a_minimal_target_needs_no_server_of_its_own(tmp_path: Path) -> None:
    target = find_target(write(tmp_path, MINIMAL), "one")
    assert (target.serve, target.metrics, target.describe) == (None, None, None)
    assert target.url == "http://127.0.0.1:8080"


def test_a_request_is_named_without_its_values(tmp_path: Path) -> None:
    assert str(find_target(write(tmp_path, MINIMAL), "one").request) == "GET /convert/"


def test_requests_may_go_to_another_port_than_health_and_metrics() -> None:
    """The port and the protocol of requests are their own."""
    target = find_target(WORKSPACE_TARGETS, "tfserving-grpc")
    assert target.url == f"grpc://127.0.0.1:{target.ports['grpc']}"
    assert target.http_url == f"http://127.0.0.1:{target.ports['http']}"


def test_a_second_way_to_ask_a_server_leaves_everything_else_as_it_is() -> None:
    """REST and gRPC differ in what is asked, not in what is served."""
    rest, grpc = find_targets(WORKSPACE_TARGETS, ["tfserving", "tfserving-grpc"])
    for same in ("ports", "health", "metrics", "serve", "describe", "image", "environment"):
        assert getattr(rest, same) == getattr(grpc, same)
    assert (rest.in_all, grpc.in_all) == (True, False)


def test_targets_come_in_the_order_asked(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL + MINIMAL.partition("\n")[2].replace("one:", "two:"))
    assert [target.name for target in find_targets(path, ["two", "one"])] == ["two", "one"]


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(TargetError, match=r"'nope' .* it has converter-api, tfserving"):
        find_target(WORKSPACE_TARGETS, "nope")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (MINIMAL + "    helth: /\n", "one: helth: Unexpected keyword argument"),
        (MINIMAL.replace("answer: {", "answer: {kelvin: k, "), "answer.kelvin: Unexpected"),
        (MINIMAL.replace("    health: /readyz\n", ""), "one: health: "),
        (MINIMAL.replace("http: 8080", "http: 80800"), "ports.http: .* 65535, got 80800"),
        (MINIMAL.replace("http: 8080", "grpc: 8500"), "ports: .*port named http"),
        (MINIMAL.replace("{method", "{protocol: HTTP/9, method"), "no protocol 'HTTP/9'; there is"),
        (MINIMAL.replace("{method", "{port: grpc, method"), "request: .*ports has no 'grpc'"),
        ("targets: {one: 3}", "one: expected a mapping, got 3"),
        ("goals: {}", "no mapping `targets`"),
        ("targets: [", "is not YAML"),
    ],
)
def test_a_faulty_file_is_refused_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(TargetError, match=complaint) as refusal:
        read_targets(path)
    assert "\n" not in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"can't read .*absent.yaml: No such file"):
        read_targets(tmp_path / "absent.yaml")
