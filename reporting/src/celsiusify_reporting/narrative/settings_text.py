"""Write the settings of loads, targets and clusters."""

from celsiusify_reporting.inputs.cluster_json import Autoscaler
from celsiusify_reporting.inputs.load_plan import Load
from celsiusify_reporting.narrative.formatting import SPACE, UNKNOWN, limit, setting, whole

ROTATE = "rotate:"
POLICIES = {"keep-alive": "kept", "per-request": "new for each request"}
YES_NO = {True: "yes", False: "no", None: UNKNOWN}


def policy(load: Load) -> str | None:
    """Return a load's connection policy, or None if the run predates the choice."""
    return None if load.connection is None else policy_text(load.connection)


def policy_text(connection: str) -> str:
    """Return a connection policy in words."""
    if connection.startswith(ROTATE):
        return f"renewed after {connection.removeprefix(ROTATE)} requests"
    return POLICIES.get(connection, connection)


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


def spread(fewest: int, most: int) -> str:
    """Return a number, or the two ends of a range."""
    return whole(most) if fewest == most else f"{whole(fewest)} to {whole(most)}"


def cores(value: float | None, unset: str = "none") -> str:
    """Return an amount of CPU; no value is no limit."""
    return unset if value is None else setting(value)
