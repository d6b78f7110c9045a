"""The services PredictionService and ModelService."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.metrics import Metrics
from celsiusify_tf_serving.embedded.models.inference import (
    CLASSIFY,
    classification,
    classify_plan,
    inference_plans,
    regress_plan,
    regression,
)
from celsiusify_tf_serving.embedded.models.manager import Manager, wait_until_available
from celsiusify_tf_serving.embedded.models.model import status_error
from celsiusify_tf_serving.embedded.models.model_config import ModelSpec, read_models, read_spec
from celsiusify_tf_serving.embedded.models.prediction import Plan, predict_plan, predict_response
from celsiusify_tf_serving.embedded.models.servable import Servable, signature_map
from celsiusify_tf_serving.embedded.signatures import Array

MAX_MESSAGE_CHARS = 1024


async def abort(context: Any, error: ServingError) -> None:
    """End a call with an error; a long message is truncated."""
    message = error.message
    if len(message) > MAX_MESSAGE_CHARS:
        message = message[:MAX_MESSAGE_CHARS] + "...TRUNCATED"
    await context.abort(grpc.StatusCode[error.code.name], message)


SIGNATURES = "signature_def"
Write = Callable[[Array, Any], None]
Answer = Callable[[Any, float | None], Awaitable[Any]]


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]
    """The service that runs models and describes their signatures."""

    def __init__(self, manager: Manager, metrics: Metrics, write: Write) -> None:
        self._manager, self._metrics, self._write = manager, metrics, write

    async def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC's names
        """Run a signature on tensors."""
        return await self._counted("Predict", self._predict, request, context)

    async def Classify(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run a signature on examples and return classes."""
        return await self._counted("Classify", self._classify, request, context)

    async def Regress(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run a signature on examples and return values."""
        return await self._counted("Regress", self._regress, request, context)

    async def MultiInference(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run several signatures on the same examples."""
        try:
            return await self._infer(request, context.time_remaining())
        except ServingError as error:
            return await abort(context, error)

    async def GetModelMetadata(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return the signatures of a version."""
        try:
            return self._metadata(request)
        except ServingError as error:
            return await abort(context, error)

    async def _counted(self, api: str, answer: Answer, request: Any, context: Any) -> Any:
        start, model = time.perf_counter(), request.model_spec.name
        try:
            response = await answer(request, context.time_remaining())
        except ServingError as error:
            self._metrics.count_request(model, error.code)
            return await abort(context, error)
        self._metrics.count_request(model, Code.OK)
        self._metrics.time_request(model, api, "GRPC", time.perf_counter() - start)
        return response

    async def _predict(self, request: Any, timeout_s: float | None) -> Any:
        servable, plan, outputs = await self._run_plan(predict_plan, request, timeout_s)
        return predict_response(servable, plan, outputs, self._write)

    async def _classify(self, request: Any, timeout_s: float | None) -> Any:
        servable, plan, outputs = await self._run_plan(classify_plan, request, timeout_s)
        response = classification_pb2.ClassificationResponse(result=classification(plan, outputs))
        _fill_spec(response.model_spec, servable, plan)
        return response

    async def _regress(self, request: Any, timeout_s: float | None) -> Any:
        servable, plan, outputs = await self._run_plan(regress_plan, request, timeout_s)
        response = regression_pb2.RegressionResponse(result=regression(plan, outputs))
        _fill_spec(response.model_spec, servable, plan)
        return response

    async def _run_plan(
        self, make_plan: Callable[[Servable, Any], Plan], request: Any, timeout_s: float | None
    ) -> tuple[Servable, Plan, Any]:
        """Run the plan of a request by the model that the request names."""
        servable = self._manager.find(read_spec(request))
        plan = make_plan(servable, request)
        return servable, plan, await _run(servable, plan, timeout_s)

    async def _infer(self, request: Any, timeout_s: float | None) -> Any:
        servable = self._manager.find(
            read_spec(request.tasks[0]) if request.tasks else ModelSpec("")
        )
        response = inference_pb2.MultiInferenceResponse()
        plans = inference_plans(servable, request)
        for task, plan in zip(request.tasks, plans, strict=True):
            outputs = await _run(servable, plan, timeout_s)
            result = response.results.add()
            _fill_spec(result.model_spec, servable, plan)
            if task.method_name == CLASSIFY:
                result.classification_result.CopyFrom(classification(plan, outputs))
            else:
                result.regression_result.CopyFrom(regression(plan, outputs))
        return response

    def _metadata(self, request: Any) -> Any:
        spec = read_spec(request)
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != SIGNATURES:
                raise invalid(f"Metadata field {field} is not supported")
        servable = self._manager.find(spec)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = servable.model
        response.model_spec.version.value = servable.version
        response.metadata[SIGNATURES].Pack(signature_map(servable))
        return response


async def _run(servable: Servable, plan: Plan, timeout_s: float | None) -> Any:
    return await servable.run(plan.signature, plan.arrays, plan.outputs, timeout_s)


def _fill_spec(spec: Any, servable: Servable, plan: Plan) -> None:
    spec.name, spec.version.value, spec.signature_name = (
        servable.model,
        servable.version,
        plan.signature.name,
    )


class ModelService(model_service_pb2_grpc.ModelServiceServicer):  # type: ignore[misc]
    """The service that reports the state of models and replaces the configuration."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def GetModelStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Return the state of a model's versions."""
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
        """Apply another configuration and wait for its new models."""
        response = model_management_pb2.ReloadConfigResponse()
        try:
            await wait_until_available(await self._manager.change(read_models(request.config)))
        except ServingError as error:
            return await abort(context, error)
        response.status.error_code = Code.OK
        return response
