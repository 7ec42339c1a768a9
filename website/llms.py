"""Write `llms.txt`: the pages of the site with one line each, for language models. See https://llmstxt.org/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["index_for_models"]

_HEAD = """\
# batchnb

> Stop AWS Batch jobs in bulk from a notebook: list them as a DataFrame, review a plan, and watch every job until it has
> really ended. Nothing ends before a plan was shown. `pip install batchnb`, Python 3.11 or newer.
"""
_LONGEST = 200
"""Characters of a page's first sentence."""


def index_for_models(nav: Any, sources: Mapping[str, str]) -> str:
    """Return the index: a section for each part of the navigation, a line for each page, in its order.

    `sources` has the Markdown of each page by its path. Raises KeyError for a page of the navigation without one.
    """
    parts = [_HEAD]
    for title, path in _sections(nav):
        if path is None:
            parts.append(f"\n## {title}\n")
        else:
            parts.append(f"- [{title or _title_of(sources[path])}]({path}): {_first_sentence(sources[path])}")
    return "\n".join(parts) + "\n"


def _sections(nav: Any, heading: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield the headings (without a path) and the pages of the navigation; pages at the top stand below "Start"."""
    for entry in nav:
        ((title, target),) = entry.items() if isinstance(entry, dict) else (("", entry),)
        if isinstance(target, list):
            if not heading:
                yield title, None
            yield from _sections(target, title)
        else:
            yield title, target


def _title_of(text: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1] if found else "Untitled"


def _first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph that is prose, without links."""
    prose = re.sub(r"^!!! .*\n(?: {4}.*\n)*|^```\w*\n[\s\S]*?^```$", "", text, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", prose):
        if re.match(r"\s*[\w`*\[\"]", paragraph):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split())).replace("**", "")
            sentence = re.split(r"(?<=[.?!]) ", plain)[0]
            return sentence if len(sentence) <= _LONGEST else sentence[: _LONGEST - 1] + "…"
    return ""
