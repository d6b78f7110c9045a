"""Documents as Markdown: CommonMark with tables."""

import re
from functools import singledispatch

from celsiusify_reporting.document.model import (
    Block,
    Bullets,
    Code,
    Document,
    Group,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)

FIGURES = "figures"
BLANKS = re.compile(r"[ \t\r\n\f\v]+")
SPECIAL = re.compile(r"([\\`*_\[\]<>|&~])|^([#+=-]|\d+(?=[.)](?:\s|$)))")


def render(document: Document) -> str:
    """Return a document as Markdown."""
    return "\n\n".join(render_group(group) for group in document.groups) + "\n"


def render_group(group: Group) -> str:
    """Return a group of blocks as Markdown."""
    return "\n\n".join(render_block(block) for block in group)


def escape(text: str) -> str:
    """Return a text on one line, with Markdown's special characters escaped."""
    return SPECIAL.sub(lambda match: _escaped(match.group()), BLANKS.sub(" ", text).strip())


def _escaped(special: str) -> str:
    return f"{special}\\" if special.isdigit() else f"\\{special}"


@singledispatch
def render_block(block: Block) -> str:
    """Return a block as Markdown."""
    raise TypeError(f"no Markdown for {type(block).__name__}")


@render_block.register
def _(block: Heading) -> str:
    return f"{'#' * block.level} {escape(block.text)}"


@render_block.register
def _(block: Paragraph) -> str:
    return escape(block.text)


@render_block.register
def _(block: Statement) -> str:
    word = f"**{escape(block.word)}.**" if block.good else f"***{escape(block.word)}.***"
    return f"> {word} {escape(block.text)}"


@render_block.register
def _(block: Bullets) -> str:
    return "\n".join(f"- {escape(item)}" for item in block.items)


@render_block.register
def _(block: Warnings) -> str:
    return "\n".join(f"> - {escape(item)}" for item in block.items)


@render_block.register
def _(block: Table) -> str:
    rule = ["---" if column < block.text_columns else "--:" for column in range(len(block.columns))]
    lines = [[escape(cell) for cell in row] for row in (block.columns, *block.rows)]
    lines.insert(1, rule)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@render_block.register
def _(block: Plot) -> str:
    return f"![{escape(block.title)}]({FIGURES}/{block.name}.png)\n\n*{escape(block.caption)}*"


@render_block.register
def _(block: Code) -> str:
    return "\n".join(f"    {line}" for line in block.text.splitlines())
