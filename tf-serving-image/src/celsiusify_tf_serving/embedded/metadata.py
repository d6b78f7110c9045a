"""The metadata of a version: its signatures."""

from typing import Any

from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap

from celsiusify_tf_serving.embedded.servable import Servable


def signature_map(servable: Servable) -> Any:
    """Return the signatures of a version as a SignatureDefMap."""
    signatures = SignatureDefMap()
    for name, signature in servable.signatures.items():
        signatures.signature_def[name].CopyFrom(signature.definition)
    return signatures
