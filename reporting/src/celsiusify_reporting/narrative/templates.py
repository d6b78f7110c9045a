"""Fill sentence templates with formatted figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    rate,
    setting,
    shortened,
    whole,
)
from celsiusify_reporting.stats.model import Figure, Figures

LIMIT = "limit_"
LONGEST_WORD = 80

Writer = Callable[[str, Figure], str]


@dataclass(frozen=True)
class Choice:
    """Templates for certain values of a figure, such as 1, and for all others."""

    figure: str
    templates: Mapping[Figure, "Template"]
    otherwise: "Template"


Template = str | Choice


def choose(template: Template, figures: Figures) -> str:
    """Return the template for the values of some figures."""
    while isinstance(template, Choice):
        template = template.templates.get(figures[template.figure], template.otherwise)
    return template


def fill(template: Template, figures: Figures, write: Writer | None = None) -> str:
    """Return a template with its figures.

    Args:
        template: The template, with the names of figures in braces.
        figures: The figures.
        write: The formatting of a figure; by default `written`.
    """
    write = write or written
    return choose(template, figures).format_map(
        {name: write(name, value) for name, value in figures.items()}
    )


def written(name: str, value: Figure) -> str:
    """Return a figure with the unit that ends its name; only limits aren't rounded."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return shortened(value, word=LONGEST_WORD).removesuffix(".")
    if isinstance(value, tuple):
        return listing(value)
    return _number(name, value)


def _number(name: str, value: float) -> str:
    chosen = name.startswith(LIMIT)
    if name.endswith("_ns"):
        return str(value)
    if name.endswith("_percent"):
        return limit(value) if chosen else percent(value)
    if name.endswith("_ms"):
        return f"{setting(value)}{SPACE}ms" if chosen else milliseconds(value)
    if name.endswith("_s"):
        return f"{figure(value)}{SPACE}s"
    if name == "rate_rps":
        return rate(value)
    if chosen:
        return setting(value)
    return whole(value) if isinstance(value, int) else figure(value)
