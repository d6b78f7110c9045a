"""The flags that TensorFlow Serving is started with, whichever engine runs it."""

from pathlib import Path, PurePath

from celsiusify_tf_serving.settings import Settings

CONFIG_DIR = Path(__file__).parent / "config"
MONITORING, BATCHING = "monitoring.config", "batching.config"


def server_flags(settings: Settings, config_dir: PurePath = CONFIG_DIR) -> list[str]:
    """Write out all flags for a server on this machine.

    A flag that the user gave stands in place of ours by the same name.

    Args:
        settings: What to serve.
        config_dir: Where the server finds the shipped configuration files.
    """
    ours = {
        "rest_api_port": settings.rest_api_port,
        "port": settings.port,
        "model_name": settings.model_dir.name,
        "model_base_path": settings.model_dir,
        "monitoring_config_file": config_dir / MONITORING,
    }
    given = {flag_name(flag) for flag in settings.flags}
    kept = [f"--{name}={value}" for name, value in ours.items() if name not in given]
    return kept + batching_flags(settings, config_dir) + list(settings.flags)


def batching_flags(settings: Settings, config_dir: PurePath) -> list[str]:
    """Write out the flags that merge requests, or none."""
    if not settings.batching:
        return []
    return ["--enable_batching=true", f"--batching_parameters_file={config_dir / BATCHING}"]


def flag_name(flag: str) -> str:
    """Take the name out of `--name=value` or `--name`."""
    return flag.removeprefix("--").partition("=")[0]
