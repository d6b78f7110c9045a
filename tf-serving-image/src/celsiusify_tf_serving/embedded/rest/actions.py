"""What the REST API's routes do."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf import json_format
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.model_pb2 import ModelSpec as ModelSpecProto
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.json.answer import column_answer, row_answer
from celsiusify_tf_serving.embedded.json.document import parse_object, reparse_doubles
from celsiusify_tf_serving.embedded.json.examples import (
    classification_answer,
    fill_request,
    regression_answer,
)
from celsiusify_tf_serving.embedded.json.request import predict_input, signature_name
from celsiusify_tf_serving.embedded.models.inference import (
    classification,
    classify_plan,
    regress_plan,
    regression,
)
from celsiusify_tf_serving.embedded.models.manager import Manager
from celsiusify_tf_serving.embedded.models.model import status_error
from celsiusify_tf_serving.embedded.models.model_config import ModelSpec
from celsiusify_tf_serving.embedded.models.prediction import Plan
from celsiusify_tf_serving.embedded.models.servable import Servable, signature_map
from celsiusify_tf_serving.embedded.rest.routes import Route

MakePlan = Callable[[Servable, Any], Plan]


class RestActions:
    """The actions, on the models of a manager.

    Args:
        timeout_s: How long a request may take.
    """

    def __init__(self, manager: Manager, timeout_s: float) -> None:
        self._manager, self._timeout_s = manager, timeout_s
        self._actions: dict[str, Callable[[ModelSpec, bytes], Awaitable[bytes]]] = {
            "predict": self._predict,
            "classify": self._classify,
            "regress": self._regress,
            "status": self._status,
            "metadata": self._metadata,
        }

    async def perform(self, route: Route, body: bytes) -> bytes:
        """Do what a route asks for and return the answer's body.

        Raises:
            ServingError: If it can't be done.
        """
        return await self._actions[route.action](route.spec, body)

    async def _predict(self, spec: ModelSpec, body: bytes) -> bytes:
        document = parse_object(body)
        name = signature_name(document)
        servable = self._manager.find(spec)
        signature = servable.signature(name)
        if signature is None:
            raise invalid(
                f'Serving signature name: "{name or "serving_default"}" not found in signature def'
            )
        if signature.takes_doubles:
            document = reparse_doubles(body)
        request = predict_input(document, signature)
        aliases = tuple(signature.outputs)
        arrays = await servable.run(signature, request.arrays, aliases, self._timeout_s)
        write = row_answer if request.is_row else column_answer
        return write(dict(zip(aliases, arrays, strict=True)))

    async def _classify(self, spec: ModelSpec, body: bytes) -> bytes:
        plan, arrays = await self._infer(spec, body, ClassificationRequest(), classify_plan)
        return classification_answer(classification(plan, arrays))

    async def _regress(self, spec: ModelSpec, body: bytes) -> bytes:
        plan, arrays = await self._infer(spec, body, RegressionRequest(), regress_plan)
        return regression_answer(regression(plan, arrays))

    async def _infer(
        self, spec: ModelSpec, body: bytes, request: Any, make_plan: MakePlan
    ) -> tuple[Plan, Any]:
        fill_request(parse_object(body), request)
        servable = self._manager.find(spec)
        plan = make_plan(servable, request)
        return plan, await servable.run(plan.signature, plan.arrays, plan.outputs, self._timeout_s)

    async def _status(self, spec: ModelSpec, _: bytes) -> bytes:
        statuses = []
        for version in self._manager.versions(spec):
            code, message = status_error(version)
            status = {"error_code": code.name, "error_message": message}
            statuses.append(
                {"version": str(version.number), "state": version.state.name, "status": status}
            )
        return (json.dumps({"model_version_status": statuses}, indent=1) + "\n").encode()

    async def _metadata(self, spec: ModelSpec, _: bytes) -> bytes:
        servable = self._manager.find(spec)
        model_spec = ModelSpecProto(name=servable.model)
        model_spec.version.value = servable.version
        signatures = _proto_json(signature_map(servable))
        answer = (
            f'{{\n"model_spec":{_proto_json(model_spec)},\n'
            f'"metadata": {{"signature_def": {signatures}}}\n}}\n'
        )
        return answer.encode()


def _proto_json(message: Any) -> str:
    text: str = json_format.MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        indent=1,
    )
    return text + "\n"
