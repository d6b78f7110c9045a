"""The gRPC server, by grpc.aio."""

from typing import Any

import grpc
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.grpc.services import ModelService, PredictionService

MAX_BYTES = 2**31 - 1


async def start_grpc(flags: Flags, prediction: PredictionService, models: ModelService) -> Any:
    """Start the server on its port, its socket, or both.

    Raises:
        ServingError: If an address can't be bound.
    """
    server = grpc.aio.server(
        interceptors=[_ParseRequests()], options=_options(flags.grpc_channel_arguments)
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(prediction, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(models, server)
    addresses = [f"0.0.0.0:{flags.port}"] if flags.port else []
    addresses += [f"unix:{flags.grpc_socket_path}"] if flags.grpc_socket_path else []
    for address in addresses:
        try:
            server.add_insecure_port(address)
        except RuntimeError as error:
            raise ServingError(Code.UNKNOWN, f"Failed to start gRPC server at {address}") from error
    await server.start()
    return server


class _ParseRequests(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Interceptor that answers INTERNAL to unparsable requests, like gRPC in C++.

    grpc.aio itself would answer UNKNOWN.
    """

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """Move the parsing of requests into the handler."""
        handler = await continuation(details)
        if handler is None:
            return None

        async def parse_and_answer(data: bytes, context: Any) -> Any:
            try:
                request = handler.request_deserializer(data)
            except DecodeError:
                return await context.abort(grpc.StatusCode.INTERNAL, "")
            return await handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(
            parse_and_answer, response_serializer=handler.response_serializer
        )


def _options(arguments: str) -> list[tuple[str, int | str]]:
    options: list[tuple[str, int | str]] = [
        ("grpc.max_receive_message_length", MAX_BYTES),
        ("grpc.max_send_message_length", -1),
    ]
    for argument in filter(None, arguments.split(",")):
        name, equals, value = argument.partition("=")
        if not equals:
            raise invalid(f"grpc_channel_arguments has {argument!r}, expected key=value")
        options.append((name, int(value) if value.lstrip("-").isdigit() else value))
    return options
