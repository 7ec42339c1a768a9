"""Makes text from AWS or a DataFrame safe to show: it may hold markup, control characters or a novel."""

from __future__ import annotations

import html
import unicodedata

__all__ = ["escape", "plural", "shown"]

SHOWN_LENGTH = 120
# Cc controls, Cf bidi marks and zero-width characters, Co/Cn/Cs private or invalid, Zl/Zp line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: object, limit: int = SHOWN_LENGTH) -> str:
    r"""Return `text` on one line, invisible characters spelled out, at most `limit` characters long.

    >>> shown("two\nlines")
    'two\\nlines'
    >>> shown("safe\u202efdp.exe")
    'safe\\u202efdp.exe'
    >>> shown("a" * 200, limit=10)
    'aaaaaaaaa…'
    """
    whole = "" if text is None else str(text)
    # Cut first: a 10,000-character name must not cost 10,000 look-ups for each cell that shows it.
    spelled = "".join(_spelled(char) for char in whole[: limit + 1])
    return spelled if len(spelled) <= limit else spelled[: limit - 1] + "…"


def escape(text: object, limit: int = SHOWN_LENGTH) -> str:
    """Return `shown(text)` for HTML: no character of it is markup.

    >>> escape("<script>'&'")
    '&lt;script&gt;&#x27;&amp;&#x27;'
    """
    return html.escape(shown(text, limit), quote=True)


def plural(count: int, noun: str, plural_noun: str | None = None) -> str:
    """Return the count with its noun in the right number.

    >>> plural(1, "job"), plural(7000, "job"), plural(2, "copy", "copies")
    ('1 job', '7,000 jobs', '2 copies')
    """
    return f"{count:,} {noun if count == 1 else plural_noun or noun + 's'}"


def _spelled(char: str) -> str:
    if unicodedata.category(char) in _INVISIBLE:
        return char.encode("unicode_escape").decode("ascii")
    return char
