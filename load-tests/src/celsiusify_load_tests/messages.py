"""The part of TensorFlow Serving's gRPC API that is asked for here, as protobuf describes it.

The numbers and names are those of the public API: model.proto and predict.proto of TensorFlow
Serving, tensor.proto, tensor_shape.proto and types.proto of TensorFlow. Fields that are not here
are passed over where they come, as protobuf has it. `RPCS` is what `request.path` may name; another
API is another file in the pool.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

_Field = descriptor_pb2.FieldDescriptorProto
_DTYPE = "tensorflow.DataType"
_DTYPES = {"DT_INVALID": 0, "DT_FLOAT": 1, "DT_DOUBLE": 2}


def _field(name: str, number: int, kind: str, *, repeated: bool = False) -> _Field:
    """A field of a scalar type, or of the message or enumeration with a full name."""
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
    """The type of a map's entries: the map is a repeated field of them."""
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
"""The calls that are known, by the path that calls them."""


def types_of(rpc: MethodDescriptor) -> tuple[type[Message], type[Message]]:
    """Return the classes of a call's request and answer."""
    get = message_factory.GetMessageClass
    return get(rpc.input_type), get(rpc.output_type)
