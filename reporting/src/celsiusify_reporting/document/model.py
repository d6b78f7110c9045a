"""The one form of a report that every kind of page is made from: groups of blocks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Statement:
    """What the whole document says, set off from the rest.

    Attributes:
        word: Goes before it.
        good: Whether the word is good news.
    """

    word: str
    text: str
    good: bool = True


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Warnings:
    """A list that nobody is to miss."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first columns, so many of them, hold text; the others hold figures."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True)
class Plot:
    """The figure of that name, what it is, and what it shows."""

    name: str
    title: str
    caption: str


@dataclass(frozen=True)
class Code:
    """Commands to copy."""

    text: str


Block = Heading | Paragraph | Statement | Bullets | Warnings | Table | Plot | Code
Group = tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report's pages; each group is kept on one page where it fits."""

    title: str
    groups: tuple[Group, ...]
