"""Settings of a load and of its targets, in words."""

from celsiusify_reporting.inputs.cluster_json import Autoscaler
from celsiusify_reporting.inputs.load_plan import Load
from celsiusify_reporting.narrative.formatting import SPACE, UNKNOWN, limit, setting, whole

KEPT = "kept"
ROTATE = "rotate:"
POLICIES = {"keep-alive": KEPT, "per-request": "new for each request"}


def policy(load: Load) -> str | None:
    """Return a load's connection policy, or None if the run predates the choice."""
    if load.connection is None:
        return None
    if load.connection.startswith(ROTATE):
        return f"renewed after {load.connection.removeprefix(ROTATE)} requests"
    return POLICIES.get(load.connection, load.connection)


def scaler(autoscaler: Autoscaler | None) -> str:
    """Return an autoscaler with its bounds, its target and its stabilization windows."""
    if autoscaler is None:
        return "none"
    bounds = f"{whole(autoscaler.min)} to {whole(autoscaler.max)}"
    target = autoscaler.target_cpu_percent
    at = f" at {limit(target)} CPU" if target is not None else ""
    windows = (autoscaler.scale_up_stabilization_s, autoscaler.scale_down_stabilization_s)
    up, down = (UNKNOWN if window is None else f"{setting(window)}{SPACE}s" for window in windows)
    return f"{autoscaler.kind} {bounds}{at}, waits {up} up and {down} down"
