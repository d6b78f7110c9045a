"""Fill in a call's request and find values in its answer.

`predict.proto` describes the messages; protobuf skips the fields of an answer that are missing
there. `RPCS` has the valid values of `request.path`. To add an API, add a `.proto` file and its
calls.
"""

import struct
from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import Message

from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.client.grpc.predict_pb2 import PredictRequest, PredictResponse
from celsiusify_load_tests.errors import LoadTestError


class Rpc(NamedTuple):
    """The classes of a call's request and answer."""

    request: type[Message]
    response: type[Message]


RPCS = {"/tensorflow.serving.PredictionService/Predict": Rpc(PredictRequest, PredictResponse)}
"""The known calls by their paths."""

_FLOAT = struct.Struct("<f")
_MARK = b"\x9d\x5c\xe3\x12"  # a float that no request has, in the place of $fahrenheit
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
            raise LoadTestError(f"expected a {name} in JSON: {reason}") from error
        pieces = frame(message.SerializeToString()).split(_MARK)
        if len(pieces) != 2:
            raise LoadTestError(f"expected {_PLACEHOLDER} once in the {name}, as a 32-bit float")
        self._begin, self._end = pieces

    def fill(self, fahrenheit: float) -> bytes:
        """Return the framed message for a temperature in °F."""
        return self._begin + _FLOAT.pack(fahrenheit) + self._end


class MessagePath:
    """The path of a value in a message: fields, keys of maps and indices, joined by dots.

    Args:
        kind: The message's class.
        path: A path such as `outputs.celsius.float_val.0`.

    Raises:
        LoadTestError: If messages of this class have no such path.
    """

    def __init__(self, kind: type[Message], path: str) -> None:
        self.path = path
        self._steps = _steps(kind, path)

    def find(self, message: Any) -> Any:
        """Return the value at this path.

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
    """Return the accessors of a path's steps for the message's class."""
    descriptor: Descriptor | Any | None = kind.DESCRIPTOR
    steps: list[Step] = []
    names = path.split(".")
    while names:
        name = names.pop(0)
        field = descriptor.fields_by_name.get(name) if descriptor else None
        if field is None:
            raise LoadTestError(f"{kind.DESCRIPTOR.name} has no {path}")
        steps.append(attrgetter(name))
        descriptor = field.message_type
        if field.is_repeated:
            item, descriptor = _item(field, names)
            steps.append(item)
    return steps


def _item(field: FieldDescriptor, names: list[str]) -> tuple[Step, Descriptor | None]:
    """Return the accessor of an item of a map or list, and the item's descriptor."""
    kind = field.message_type
    name = names.pop(0) if names else ""
    if kind is not None and kind.GetOptions().map_entry:
        return itemgetter(name), kind.fields_by_name["value"].message_type
    if not name.isdecimal():
        raise LoadTestError(f"expected an index after {field.name}, got {name!r}")
    return itemgetter(int(name)), kind
