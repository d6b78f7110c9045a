"""Configuration files in protobuf's text format."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from google.protobuf import text_format
from google.protobuf.message import Message

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.settings_pb2 import MonitoringConfig

LOGGER = logging.getLogger(__name__)
AnyMessage = TypeVar("AnyMessage", bound=Message)


def read_text_proto(path: str, message: AnyMessage) -> AnyMessage:
    """Read a file into `message` and return the message.

    Raises:
        ServingError: If the file is missing or empty, or isn't such a message.
    """
    try:
        text = Path(path).read_text(errors="replace")
    except OSError as error:
        raise ServingError(Code.NOT_FOUND, f"{path}; {error.strerror}") from error
    if not text:
        raise invalid(f"{path}; Invalid argument")
    try:
        return text_format.Parse(text, message)
    except text_format.ParseError as error:
        name = message.DESCRIPTOR.full_name
        LOGGER.warning("Error parsing text-format %s: %s", name, error)
        raise invalid(f"Invalid protobuf file: '{path}'") from error


@dataclass(frozen=True)
class PrometheusPage:
    """The state and the path of the Prometheus page."""

    enabled: bool = False
    path: str = "/monitoring/prometheus/metrics"


def read_monitoring(path: str) -> PrometheusPage:
    """Read a MonitoringConfig; without a file the page is disabled."""
    if not path:
        return PrometheusPage()
    prometheus = read_text_proto(path, MonitoringConfig()).prometheus_config
    return PrometheusPage(prometheus.enable, prometheus.path or PrometheusPage.path)
