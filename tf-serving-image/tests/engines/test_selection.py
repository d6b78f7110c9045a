"""The choice of an engine, and the reason for the choice."""

from pathlib import Path

import pytest

from celsiusify_tf_serving.engines.selection import choose
from celsiusify_tf_serving.settings import Settings, StartError

from ..support.machine import Machine

STAND_IN = '{"celsiusify.stand-in": "true"}'


@pytest.fixture
def settings() -> Settings:
    return Settings(Path("/models/celsiusify"), image="celsiusify/tf-serving-image:1")


@pytest.mark.parametrize(
    ("docker", "podman", "name", "reason"),
    [
        (None, None, "embedded", "no docker on the PATH, no podman on the PATH; the embedded"),
        ("dead", None, "embedded", "docker has no engine that answers, no podman"),
        ("no image", None, "embedded", "docker has no image celsiusify/tf-serving-image:1, no"),
        ("stand-in", None, "embedded", "built from a stand-in that has no server"),
        ("image", "image", "container", "docker has the image celsiusify/tf-serving-image:1"),
        (None, "image", "container", "podman has the image celsiusify/tf-serving-image:1"),
        ("no image", "image", "container", "podman has the image"),
        ("dead", "dead", "embedded", "docker has no engine that answers, podman has no engine"),
    ],
)
def test_without_a_server_the_first_container_engine_with_the_image_is_chosen(
    machine: Machine,
    settings: Settings,
    docker: str | None,
    podman: str | None,
    name: str,
    reason: str,
) -> None:
    for program, state in (("docker", docker), ("podman", podman)):
        if state:
            labels = {"image": "{}", "stand-in": STAND_IN}.get(state)
            machine.add_engine(program, labels, answers=state != "dead")

    engine, given_reason = choose("auto", settings)

    assert engine.name == name
    assert given_reason.startswith("no tensorflow_model_server on the PATH; ")
    assert reason in given_reason


def test_a_server_on_the_path_is_chosen_before_any_other_engine(
    machine: Machine, settings: Settings
) -> None:
    machine.add_engine("docker")
    path = machine.add_model_server()
    engine, reason = choose("auto", settings)

    assert engine.name == "tensorflow_model_server"
    assert reason == f"tensorflow_model_server is on the PATH: {path}"
    assert (machine.bin / "docker.commands").exists() is False


@pytest.mark.parametrize("option", ["binary", "container", "embedded"])
def test_a_requested_engine_is_chosen_before_any_other(
    machine: Machine, settings: Settings, option: str
) -> None:
    machine.add_model_server()
    machine.add_engine("docker")
    engine, reason = choose(option, settings)

    assert {"binary": "tensorflow_model_server"}.get(option, option) == engine.name
    assert reason.startswith(f"requested by --engine={option}; ")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("binary", "--engine=binary can't serve: no tensorflow_model_server on the PATH"),
        (
            "container",
            "--engine=container can't serve: no docker on the PATH, no podman on the PATH",
        ),
    ],
)
def test_a_requested_engine_that_is_missing_is_an_error(
    machine: Machine, settings: Settings, option: str, message: str
) -> None:
    with pytest.raises(StartError) as raised:
        choose(option, settings)

    assert str(raised.value).startswith(message)


def test_only_the_embedded_engine_has_a_caveat(machine: Machine, settings: Settings) -> None:
    """Only the real server's figures are about its speed."""
    machine.add_model_server()
    machine.add_engine("docker")
    caveats = {option: choose(option, settings)[0].caveat for option in ("binary", "container")}
    embedded, _ = choose("embedded", settings)

    assert caveats == {"binary": None, "container": None}
    assert "no statement about the speed of TensorFlow Serving" in str(embedded.caveat)
