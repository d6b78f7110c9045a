"""Describe the messages of TensorFlow Serving's gRPC API that are used here.

The numbers and names are those of the public API: model.proto and predict.proto of TensorFlow
Serving, tensor.proto, tensor_shape.proto and types.proto of TensorFlow. Fields that are not here
are skipped in answers, as protobuf requires. `RPCS` has the valid values of `request.path`; another
API is another file in the pool.
"""

import struct
from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import Message

from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.errors import LoadTestError

_Field = descriptor_pb2.FieldDescriptorProto
_DTYPE = "tensorflow.DataType"
_DTYPES = {"DT_INVALID": 0, "DT_FLOAT": 1, "DT_DOUBLE": 2}


def _field(name: str, number: int, kind: str, *, repeated: bool = False) -> _Field:
    """Return a field of a scalar type, or of the message or enumeration of that name."""
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = _Field(name=name, number=number, label=label)
    if "." in kind:
        field.type = _Field.TYPE_ENUM if kind == _DTYPE else _Field.TYPE_MESSAGE
        field.type_name = f".{kind}"
    else:
        field.type = _Field.Type.Value(f"TYPE_{kind.upper()}")
    return field


def _message(
    name: str, *fields: _Field, inside: tuple[descriptor_pb2.DescriptorProto, ...] = ()
) -> descriptor_pb2.DescriptorProto:
    return descriptor_pb2.DescriptorProto(name=name, field=fields, nested_type=inside)


def _tensors_by_name(name: str) -> descriptor_pb2.DescriptorProto:
    """Return the type of a map's entries; the map is a repeated field of these."""
    entry = _message(name, _field("key", 1, "string"), _field("value", 2, "tensorflow.TensorProto"))
    entry.options.map_entry = True
    return entry


def _tensorflow() -> descriptor_pb2.FileDescriptorProto:
    dim = _message("Dim", _field("size", 1, "int64"), _field("name", 2, "string"))
    shape = _message(
        "TensorShapeProto",
        _field("dim", 2, "tensorflow.TensorShapeProto.Dim", repeated=True),
        _field("unknown_rank", 3, "bool"),
        inside=(dim,),
    )
    tensor = _message(
        "TensorProto",
        _field("dtype", 1, _DTYPE),
        _field("tensor_shape", 2, "tensorflow.TensorShapeProto"),
        _field("tensor_content", 4, "bytes"),
        _field("float_val", 5, "float", repeated=True),
        _field("double_val", 6, "double", repeated=True),
    )
    dtypes = descriptor_pb2.EnumDescriptorProto(
        name="DataType",
        value=[
            descriptor_pb2.EnumValueDescriptorProto(name=name, number=number)
            for name, number in _DTYPES.items()
        ],
    )
    return descriptor_pb2.FileDescriptorProto(
        name="tensorflow.proto",
        package="tensorflow",
        syntax="proto3",
        message_type=[shape, tensor],
        enum_type=[dtypes],
    )


def _tensorflow_serving() -> descriptor_pb2.FileDescriptorProto:
    spec = _message(
        "ModelSpec",
        _field("name", 1, "string"),
        _field("version", 2, "google.protobuf.Int64Value"),
        _field("signature_name", 3, "string"),
        _field("version_label", 4, "string"),
    )
    request = _message(
        "PredictRequest",
        _field("model_spec", 1, "tensorflow.serving.ModelSpec"),
        _field("inputs", 2, "tensorflow.serving.PredictRequest.InputsEntry", repeated=True),
        _field("output_filter", 3, "string", repeated=True),
        inside=(_tensors_by_name("InputsEntry"),),
    )
    response = _message(
        "PredictResponse",
        _field("outputs", 1, "tensorflow.serving.PredictResponse.OutputsEntry", repeated=True),
        _field("model_spec", 2, "tensorflow.serving.ModelSpec"),
        inside=(_tensors_by_name("OutputsEntry"),),
    )
    predict = descriptor_pb2.MethodDescriptorProto(
        name="Predict",
        input_type=".tensorflow.serving.PredictRequest",
        output_type=".tensorflow.serving.PredictResponse",
    )
    return descriptor_pb2.FileDescriptorProto(
        name="tensorflow_serving.proto",
        package="tensorflow.serving",
        syntax="proto3",
        dependency=["tensorflow.proto", wrappers_pb2.DESCRIPTOR.name],
        message_type=[spec, request, response],
        service=[descriptor_pb2.ServiceDescriptorProto(name="PredictionService", method=[predict])],
    )


def _rpcs() -> dict[str, MethodDescriptor]:
    pool = descriptor_pool.DescriptorPool()  # our own: nobody else's descriptors can clash
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    methods: dict[str, MethodDescriptor] = {}
    for file in (_tensorflow(), _tensorflow_serving()):
        pool.AddSerializedFile(file.SerializeToString())
        for service in pool.FindFileByName(file.name).services_by_name.values():
            methods |= {f"/{service.full_name}/{method.name}": method for method in service.methods}
    return methods


RPCS = _rpcs()
"""The known calls by their paths."""


def types_of(rpc: MethodDescriptor) -> tuple[type[Message], type[Message]]:
    """Return the classes of a call's request and answer."""
    get = message_factory.GetMessageClass
    return get(rpc.input_type), get(rpc.output_type)


_FLOAT = struct.Struct("<f")
_MARK = b"\x9d\x5c\xe3\x12"  # a float that nobody asks for; its digits stand for $fahrenheit
_PLACEHOLDER = "$fahrenheit"

Step = Callable[[Any], Any]


class MessageTemplate:
    """A template of a message with a temperature, a 32-bit float in °F.

    The message is encoded once; then only the float's four bytes change.

    Args:
        kind: The message's class.
        text: The message in protobuf's JSON form, with `$fahrenheit` once.
        frame: The function that frames an encoded message.

    Raises:
        LoadTestError: If the text isn't such a message.
    """

    def __init__(self, kind: type[Message], text: str, frame: Callable[[bytes], bytes]) -> None:
        (mark,) = _FLOAT.unpack(_MARK)
        name = kind.DESCRIPTOR.name
        try:
            message = Parse(text.replace(_PLACEHOLDER, repr(mark)), kind())
        except ParseError as error:
            reason = " ".join(str(error).split())
            raise LoadTestError(f"expected a {name} in JSON, but: {reason}") from error
        pieces = frame(message.SerializeToString()).split(_MARK)
        if len(pieces) != 2:
            raise LoadTestError(f"expected {_PLACEHOLDER} once in the {name}, as a 32-bit float")
        self._begin, self._end = pieces

    def fill(self, fahrenheit: float) -> bytes:
        """Return the framed message for a temperature in °F."""
        return self._begin + _FLOAT.pack(fahrenheit) + self._end


class MessagePlace:
    """A place in a message: fields, keys of maps and indices joined by dots.

    Args:
        kind: The message's class.
        path: `outputs.celsius.float_val.0`.

    Raises:
        LoadTestError: If messages of this type have no such place.
    """

    def __init__(self, kind: type[Message], path: str) -> None:
        self.path = path
        self._steps = _steps(kind, path)

    def find(self, message: Any) -> Any:
        """Return the value at this place.

        Raises:
            WrongAnswerError: If the message has no value there.
        """
        for step in self._steps:
            try:
                message = step(message)
            except (KeyError, IndexError):
                raise WrongAnswerError(f"answer has no {self.path}") from None
        return message


def _steps(kind: type[Message], path: str) -> list[Step]:
    """Return the accessors of a path's steps for the message's type."""
    at: Descriptor | Any | None = kind.DESCRIPTOR
    steps: list[Step] = []
    left = path.split(".")
    while left:
        name = left.pop(0)
        field = at.fields_by_name.get(name) if at else None
        if field is None:
            raise LoadTestError(f"{kind.DESCRIPTOR.name} has no {path}")
        steps.append(attrgetter(name))
        at = field.message_type
        if field.is_repeated:
            item, at = _item(field, left)
            steps.append(item)
    return steps


def _item(field: FieldDescriptor, left: list[str]) -> tuple[Step, Descriptor | None]:
    """Return the accessor of an item of a map or list, and the item's type."""
    kind = field.message_type
    name = left.pop(0) if left else ""
    if kind is not None and kind.GetOptions().map_entry:
        return itemgetter(name), kind.fields_by_name["value"].message_type
    if not name.isdecimal():
        raise LoadTestError(f"expected an index after {field.name}, got {name!r}")
    return itemgetter(int(name)), kind
