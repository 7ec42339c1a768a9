"""The text of a ticket in the markup of where it goes. Whatever a name or a reason holds, it stays text there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from batchnb.document import FACT_LENGTH, Facts, facts_text
from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["STYLES", "styled"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~@&])")
_JIRA = re.compile(r"([\\{}\[\]*_|!^~+?#@-])")
_SENTENCE_LENGTH = 500


def styled(sentence: str, facts: Facts, style: str) -> str:
    """Return the sentence and the facts below it. Raises InputError for a style that there is not."""
    if style not in STYLES:
        raise InputError(f"style must be one of {', '.join(STYLES)}, got {shown(repr(style), 80)}.")
    return STYLES[style](shown(sentence, _SENTENCE_LENGTH), facts)


def _text(sentence: str, facts: Facts) -> str:
    return f"{sentence}\n{facts_text(facts)}"


def _markdown(sentence: str, facts: Facts) -> str:
    return "\n".join([f"**{_escaped(_MARKDOWN, sentence)}**", "", *_bullets(facts, "-", "**", _MARKDOWN)])


def _jira(sentence: str, facts: Facts) -> str:
    return "\n".join([f"*{_escaped(_JIRA, sentence)}*", "", *_bullets(facts, "*", "*", _JIRA)])


def _slack(sentence: str, facts: Facts) -> str:
    # Slack has no escape for its own marks, so they stand in a block of code, which a backtick would end.
    block = _entities(facts_text(facts)).replace("`", "'")
    return f"*{_entities(sentence).replace('*', '')}*\n```\n{block}\n```"


def _bullets(facts: Facts, bullet: str, bold: str, special: re.Pattern[str]) -> list[str]:
    """Return a line a fact. One without a title belongs to the fact before it."""
    lines = []
    for title, text in facts:
        said = _escaped(special, shown(text, FACT_LENGTH).strip())
        indent = bullet * 2 if bullet == "*" else f"  {bullet}"
        lines.append(f"{bullet} {bold}{title}:{bold} {said}" if title else f"{indent} {said}")
    return lines


def _escaped(special: re.Pattern[str], text: str) -> str:
    return special.sub(r"\\\1", text)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


STYLES: Mapping[str, Callable[[str, Facts], str]] = {
    "text": _text,
    "markdown": _markdown,
    "jira": _jira,
    "slack": _slack,
}
