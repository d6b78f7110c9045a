"""gRPC's ModelService, with TensorFlow Serving's own messages."""

from typing import Any

from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
)

from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.grpc_errors import abort
from celsiusify_tf_serving.embedded.manager import Manager, wait_until_available
from celsiusify_tf_serving.embedded.model import status_error
from celsiusify_tf_serving.embedded.model_config import read_models
from celsiusify_tf_serving.embedded.model_spec import read_spec


class ModelService(model_service_pb2_grpc.ModelServiceServicer):  # type: ignore[misc]
    """Tells of models and changes which are served."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the state of a model's versions."""
        try:
            versions = self._manager.versions(read_spec(request))
        except ServingError as error:
            return await abort(context, error)
        response = get_model_status_pb2.GetModelStatusResponse()
        for version in versions:
            status = response.model_version_status.add(version=version.number, state=version.state)
            status.status.error_code, status.status.error_message = status_error(version)
        return response

    async def HandleReloadConfigRequest(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Follow another configuration, and wait for its new models."""
        response = model_management_pb2.ReloadConfigResponse()
        try:
            await wait_until_available(await self._manager.change(read_models(request.config)))
        except ServingError as error:
            return await abort(context, error)
        response.status.error_code = Code.OK
        return response
