"""Flags are read as TensorFlow Serving reads them."""

import pytest

from celsiusify_tf_serving.embedded import main
from celsiusify_tf_serving.embedded.flags import FlagError, Flags, parse_flags, usage


@pytest.mark.parametrize(
    ("argument", "name", "value"),
    [
        ("--port=1234", "port", 1234),
        ("--model_name=m", "model_name", "m"),
        ("--enable_batching", "enable_batching", True),
        ("--enable_batching=true", "enable_batching", True),
        ("--enable_model_warmup=0", "enable_model_warmup", False),
        ("--per_process_gpu_memory_fraction=0.5", "per_process_gpu_memory_fraction", 0.5),
    ],
)
def test_a_flag_has_its_value(argument: str, name: str, value: object) -> None:
    """Numbers, texts and switches are read."""
    flags, unknown = parse_flags([argument])
    assert getattr(flags, name) == value
    assert not unknown


def test_without_flags_the_defaults_hold() -> None:
    """No arguments are no error."""
    assert parse_flags([]) == (Flags(), [])


def test_unknown_arguments_are_returned() -> None:
    """Unknown flags and words don't end the reading."""
    flags, unknown = parse_flags(["--nope=1", "word", "--port=7"])
    assert flags.port == 7
    assert unknown == ["--nope=1", "word"]


@pytest.mark.parametrize("argument", ["--port=x", "--port", "--enable_batching=yes"])
def test_a_value_that_cannot_be_read_is_an_error(argument: str) -> None:
    """The message names the value."""
    with pytest.raises(FlagError, match="Couldn't interpret value"):
        parse_flags([argument])


def test_usage_names_every_flag() -> None:
    """The usage lists all flags."""
    assert all(f"--{name}=" in usage() for name in Flags.__dataclass_fields__)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--version"], 0, "TensorFlow ModelServer: "),
        (["--port=x"], 255, "Couldn't interpret value x for flag port."),
        ([], 255, "Both server_options.model_base_path and server_options.model_config_file"),
        (["--model_base_path=/m", "--port=0"], 255, "At least one of server_options.grpc_port"),
        (["--model_base_path=/m", "--ssl_config_file=f"], 255, "doesn't offer --ssl_config_file"),
        (["--nope"], 255, "unknown argument: --nope"),
    ],
)
def test_a_command_that_needs_no_model_ends_at_once(
    arguments: list[str], code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit codes and messages are the real server's."""
    assert main(arguments) == code
    assert text in capsys.readouterr().out
