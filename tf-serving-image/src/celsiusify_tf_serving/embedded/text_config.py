"""Reads settings files in protobuf's text format."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.log import log

# tensorflow-serving-api has no Python module for these two.
_PACKAGE = "tensorflow.serving"
_WRAPPED = ("Int64Value", "StringValue", "BoolValue")
_SCHEMA = {
    "BatchingParameters": {
        "max_batch_size": "Int64Value",
        "batch_timeout_micros": "Int64Value",
        "max_enqueued_batches": "Int64Value",
        "num_batch_threads": "Int64Value",
        "thread_pool_name": "StringValue",
        "allowed_batch_sizes": "repeated int64",
        "pad_variable_length_inputs": "bool",
        "enable_large_batch_splitting": "BoolValue",
        "max_execution_batch_size": "Int64Value",
    },
    "MonitoringConfig": {"prometheus_config": "PrometheusConfig"},
    "PrometheusConfig": {"enable": "bool", "path": "string"},
}


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto(
        name="settings.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    for message, fields in _SCHEMA.items():
        described = file.message_type.add(name=message)
        for number, (name, kind) in enumerate(fields.items(), 1):
            _describe(described.field.add(name=name, number=number), kind)
    pool.Add(file)
    return pool


def _describe(field: Any, kind: str) -> None:
    scalar = kind.removeprefix("repeated ")
    field.label = field.LABEL_REPEATED if scalar != kind else field.LABEL_OPTIONAL
    if scalar in _WRAPPED or scalar in _SCHEMA:
        field.type = field.TYPE_MESSAGE
        field.type_name = f".{'google.protobuf' if scalar in _WRAPPED else _PACKAGE}.{scalar}"
    else:
        field.type = getattr(field, f"TYPE_{scalar.upper()}")


def settings_message(name: str) -> Any:
    """Return an empty message of a type that tensorflow-serving-api lacks."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))()


def read_text_proto(path: str, message: Any) -> Any:
    """Read a file into `message` and return it.

    Raises:
        ServingError: If there is no such file, or it isn't such a message.
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
        log(f"Error parsing text-format {message.DESCRIPTOR.full_name}: {error}")
        raise invalid(f"Invalid protobuf file: '{path}'") from error


@dataclass(frozen=True)
class PrometheusPage:
    """Where the Prometheus page is, and whether."""

    enabled: bool = False
    path: str = "/monitoring/prometheus/metrics"


def read_monitoring(path: str) -> PrometheusPage:
    """Read a MonitoringConfig; without a file there's no page."""
    if not path:
        return PrometheusPage()
    prometheus = read_text_proto(path, settings_message("MonitoringConfig")).prometheus_config
    return PrometheusPage(prometheus.enable, prometheus.path or PrometheusPage.path)
