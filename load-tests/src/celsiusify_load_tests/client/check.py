"""Check an answer against the formula, and build documents with given values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from celsiusify_load_tests.client.base import Reply


def document_with(values: Mapping[str, object]) -> Any:
    """Return a document with each value at its path, where `JsonPath` finds it.

    A numeric step is an index; the items before the index equal the item there.

    Args:
        values: Values by their paths: `{"predictions.0": 37.0}` gives `{"predictions": [37.0]}`.
    """
    if "" in values:
        return values[""]
    inner: dict[str, dict[str, object]] = {}
    for path, value in values.items():
        step, _, rest = path.partition(".")
        inner.setdefault(step, {})[rest] = value
    if all(step.isdecimal() for step in inner):
        last = max(map(int, inner))
        return [document_with(inner.get(str(at), inner[str(last)])) for at in range(last + 1)]
    return {step: document_with(below) for step, below in inner.items()}


TOLERANCE = 1e-4
"""Allowed error in °C, times max(1, |°C|)."""


class WrongAnswerError(ValueError):
    """A wrong answer; equal faults have equal messages for all temperatures."""


def celsius_of(fahrenheit: float) -> float:
    """Convert a temperature from °F to °C by the definition of the Fahrenheit scale."""
    return (fahrenheit - 32.0) * 5.0 / 9.0


def is_right(celsius: float, fahrenheit: float) -> bool:
    """Return True if an answer is within `TOLERANCE` × max(1, |°C|); NaN never is."""
    expected = celsius_of(fahrenheit)
    return abs(celsius - expected) <= TOLERANCE * max(1.0, abs(expected))


class Finder(Protocol):
    """A finder of the value at `path` in a decoded answer."""

    @property
    def path(self) -> str: ...  # noqa: D102 - the class describes the property

    def find(self, document: Any) -> Any:
        """Return the value; raise `WrongAnswerError` if there is none."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """The path of a value in a JSON document, such as `predictions.0`."""

    path: str

    def find(self, document: Any) -> Any:
        """Return the value at this path.

        Raises:
            WrongAnswerError: If the document has no such path.
        """
        for step in self.path.split("."):
            try:
                document = document[int(step) if isinstance(document, list) else step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise WrongAnswerError(f"answer has no {self.path}") from None
        return document


def decode_json(body: bytes) -> Any:
    """Decode a JSON document.

    Raises:
        WrongAnswerError: If the body isn't JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise WrongAnswerError("answer isn't JSON") from None


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """The check of an answer by the paths of its temperature and its instance."""

    celsius: Finder
    instance: Finder | None
    decode: Callable[[bytes], Any] = decode_json

    def judge(self, reply: Reply, fahrenheit: float) -> str | None:
        """Check an answer's temperature; return the identifier of the instance, or None.

        Args:
            reply: The answer; its temperature may be a number or the string of a number.
            fahrenheit: The requested temperature in °F.

        Raises:
            WrongAnswerError: If the answer is an error, can't be decoded, lacks a value, or has
                another temperature.
        """
        document = self._document(reply)
        if not is_right(_number(self.celsius.find(document), self.celsius.path), fahrenheit):
            raise WrongAnswerError(f"wrong temperature at {self.celsius.path}")
        return None if self.instance is None else str(self.instance.find(document))

    def read(self, reply: Reply) -> float:
        """Return the temperature of an answer in °C, correct or not.

        Raises:
            WrongAnswerError: If the answer is an error, can't be decoded, or has no number.
        """
        return _number(self.celsius.find(self._document(reply)), self.celsius.path)

    def right_document(self, fahrenheit: float) -> Any:
        """Return the document of a correct answer."""
        values: dict[str, object] = {self.celsius.path: celsius_of(fahrenheit)}
        if self.instance is not None:
            values[self.instance.path] = "responder"
        return document_with(values)

    def _document(self, reply: Reply) -> Any:
        if reply.problem:
            raise WrongAnswerError(reply.problem)
        return self.decode(reply.body)


def _number(value: Any, path: str) -> float:
    try:
        if not isinstance(value, bool):
            return float(value)
    except (TypeError, ValueError):
        pass
    raise WrongAnswerError(f"answer has no number at {path}")
