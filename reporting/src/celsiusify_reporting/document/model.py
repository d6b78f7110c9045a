"""Documents as groups of blocks, from which every kind of page is rendered."""

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
    """The verdict and the headline of a document, set off from the rest.

    Attributes:
        word: The word before the text.
        good: True if the word is good news.
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
    """A list that is set off from the rest."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first `text_columns` columns hold text, and the others figures."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1


@dataclass(frozen=True)
class Plot:
    """A plot by its name, with a title and a caption."""

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
    """The pages of a report; a group that fits on a page isn't split."""

    title: str
    groups: tuple[Group, ...]
