"""The routes of the REST API, and the action of each route."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from google.protobuf import json_format
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.model_pb2 import ModelSpec as ModelSpecProto
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.json.answer import column_answer, row_answer
from celsiusify_tf_serving.embedded.json.examples import (
    classification_answer,
    fill_request,
    regression_answer,
)
from celsiusify_tf_serving.embedded.json.request import (
    parse_object,
    predict_input,
    reparse_doubles,
    signature_name,
)
from celsiusify_tf_serving.embedded.models.inference import (
    classification,
    classify_plan,
    regress_plan,
    regression,
)
from celsiusify_tf_serving.embedded.models.manager import Manager
from celsiusify_tf_serving.embedded.models.model import status_error
from celsiusify_tf_serving.embedded.models.model_config import MAX_VERSION, ModelSpec
from celsiusify_tf_serving.embedded.models.prediction import Plan
from celsiusify_tf_serving.embedded.models.servable import Servable, signature_map

_MODEL = r"(?i)/v1/models/([^/:]+)(?:(?:/versions/([0-9]+))|(?:/labels/([^/:]+)))?"
POST_ROUTE = re.compile(rf"{_MODEL}:(classify|regress|predict)")
GET_ROUTE = re.compile(rf"{_MODEL.replace('/([^/:]+)(?', '(?:/([^/:]+))?(?', 1)}(?:/(metadata))?")
POST_ACTIONS = ("classify", "regress", "predict")


class VersionTooBigError(Exception):
    """A version number beyond 63 bits."""


@dataclass(frozen=True, slots=True)
class Route:
    """An action and its model: a verb of POST_ACTIONS, `metadata` or `status`."""

    action: str
    spec: ModelSpec


def match_route(method: str, target: str) -> Route:
    """Return the route of a request.

    Args:
        method: GET, POST, …
        target: Path and query as sent, with escapes.

    Raises:
        ServingError: If no route matches.
        VersionTooBigError: If a route matches, but the version number is too big.
    """
    pattern = {"POST": POST_ROUTE, "GET": GET_ROUTE}.get(method)
    match = pattern.fullmatch(target) if pattern else None
    if not match:
        raise _malformed(method, target)
    name, version, label, action = match.groups()
    if method == "POST" and action not in POST_ACTIONS:
        raise _malformed(method, target)
    if name is None:
        raise invalid("Missing model name in request.")
    return Route(_get_action(action) if method == "GET" else action, _spec(name, version, label))


def _get_action(action: str | None) -> str:
    return "metadata" if action else "status"


def _spec(name: str, version: str | None, label: str | None) -> ModelSpec:
    number = None if version is None else int(version)
    if number is not None and number > MAX_VERSION:
        raise VersionTooBigError
    return ModelSpec(_unescape(name), number, None if label is None else _unescape(label))


def _unescape(text: str) -> str:
    return unquote_to_bytes(text).decode(errors="surrogateescape") if "%" in text else text


def _malformed(method: str, target: str) -> Exception:
    return invalid(f"Malformed request: {method} {target}")


MakePlan = Callable[[Servable, Any], Plan]


class RestActions:
    """The actions of the routes, on the models of a manager.

    Args:
        manager: The manager of all models.
        timeout_s: Time limit of a request.
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
        """Carry out the action of a route and return the answer's body.

        Raises:
            ServingError: If the action fails.
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
