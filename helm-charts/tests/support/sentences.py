"""The sentences that the charts' templates fail with."""

import re

from .scenarios import CHART

LITERAL = re.compile(r'fail \(?(?:printf )?"((?:[^"\\]|\\.)*)"')
VERB = re.compile(r"%[a-z]")


def templates() -> list[str]:
    """The text of every template."""
    files = sorted((CHART / "templates").rglob("*"))
    return [file.read_text() for file in files if file.is_file()]


def sentences(text: str) -> list[str]:
    """The sentences in a template, `printf`'s verbs in them."""
    return LITERAL.findall(text)


def all_sentences() -> list[str]:
    """Those of every template."""
    return sorted({sentence for text in templates() for sentence in sentences(text)})


def pattern(sentence: str) -> re.Pattern[str]:
    """What finds a sentence in what helm says, whatever stands for its verbs."""
    return re.compile(".*".join(map(re.escape, VERB.split(sentence))))
