"""The ways to run TensorFlow Serving, in the order of preference."""

from celsiusify_tf_serving.engines.binary import Binary
from celsiusify_tf_serving.engines.container import Container
from celsiusify_tf_serving.engines.embedded import Embedded
from celsiusify_tf_serving.engines.engine import Engine, EngineClass, Finding

ENGINES: dict[str, EngineClass] = {
    "binary": Binary,
    "container": Container,
    "embedded": Embedded,
}

__all__ = ["ENGINES", "Engine", "EngineClass", "Finding"]
