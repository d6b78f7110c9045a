"""Configuration files, and the classes generated for their messages."""

import subprocess
import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from celsiusify_tf_serving.embedded import settings_pb2
from celsiusify_tf_serving.embedded.text_config import PrometheusPage, read_monitoring
from celsiusify_tf_serving.settings import CONFIG_DIR, MONITORING

SOURCES = Path(__file__).parents[2] / "src"
PROTO = "celsiusify_tf_serving/embedded/settings.proto"


def test_generated_classes_are_those_of_the_proto(tmp_path: Path) -> None:
    """A change of settings.proto needs settings_pb2.py to be generated again."""
    output = tmp_path / "descriptors"
    options = ["--proto_path=.", f"--descriptor_set_out={output}", PROTO]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options], cwd=SOURCES, check=True)
    (file,) = FileDescriptorSet.FromString(output.read_bytes()).file
    for message in file.message_type:
        for field in message.field:
            field.ClearField("json_name")

    assert file.SerializeToString() == settings_pb2.DESCRIPTOR.serialized_pb


def test_the_shipped_monitoring_enables_the_page() -> None:
    page = read_monitoring(str(CONFIG_DIR / MONITORING))

    assert page == PrometheusPage(True, "/monitoring/prometheus/metrics")


def test_without_a_file_there_is_no_page() -> None:
    assert not read_monitoring("").enabled
