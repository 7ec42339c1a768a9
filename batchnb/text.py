"""Makes text from AWS or a DataFrame safe to show: it may hold markup, control characters or a novel."""

from __future__ import annotations

import html
import math
import re
import sys
import textwrap
import unicodedata

__all__ = [
    "WIDTH",
    "escape",
    "fit_stdout",
    "fit_terminal",
    "lasting",
    "plural",
    "sentence",
    "shown",
    "without_userinfo",
    "wrap_line",
]

SHOWN_LENGTH = 120
WIDTH = 80
"""Columns of a terminal."""
_TYPED = ("%batch_", "batchnb.")
_LEAD = re.compile(r"\s*(?:\S+(?: \S+)*  +)?")
# Cc controls, Cf bidi marks and zero-width characters, Co/Cn/Cs private or invalid, Zl/Zp line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# As urlsplit has it: up to the last @ before the path. A password that holds a slash is not part of a valid URL.
_USERINFO = re.compile(r"""://[^/?#\s"'<>]*@""")

_PLAIN = {"…": "...", "“": '"', "”": '"', "\u2018": "'", "\u2019": "'", "\u2013": "-", "—": "-", "·": "*", "█": "#"}
"""What stands for a sign of ours where it cannot be written."""


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


def fit_stdout(text: str, encoding: str | None = None) -> str:
    r"""Return the text as stdout can write it: other characters are replaced or spelled out.

    Where stdout is not UTF-8 (cron, CI, an old code page), `print` would raise UnicodeEncodeError. Text that stdout can
    write is returned as it is. `encoding` is that of stdout unless given.

    >>> fit_stdout("a job named “naïve”…", "ascii")
    'a job named "na\\xefve"...'
    """
    encoding = encoding or getattr(sys.stdout, "encoding", None)
    if not encoding or text.isascii():
        return text
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_encodable(char, encoding) for char in text)
    except (LookupError, TypeError):  # stdout is somebody's own object
        return text
    return text


def fit_terminal(text: str) -> str:
    """Return the text as `fit_stdout` does, and where stdout is a terminal in lines of at most `WIDTH` columns.

    What can be typed, from `%batch_` or `batchnb.` on, stays in one line, however long: it has to be copied.
    """
    isatty = getattr(sys.stdout, "isatty", None)
    if callable(isatty) and isatty():
        text = "\n".join(wrapped for line in text.splitlines() for wrapped in wrap_line(line))
    return fit_stdout(text)


def wrap_line(line: str, width: int = WIDTH) -> list[str]:
    """Return the line in lines of at most `width` columns, below the text of the first one; words stay whole.

    >>> wrap_line("  Note   one two three. To see them: %batch_jobs --queue train", 24)
    ['  Note   one two three.', '         To see them:', '         %batch_jobs --queue train']
    """
    if len(line) <= width:
        return [line]
    lead = _LEAD.match(line)
    indent = " " * min(lead.end() if lead else 0, width // 2)
    start = min((at for at in map(line.find, _TYPED) if at >= 0), default=len(line))
    text, typed = line[:start].rstrip(), line[start:]
    wrapped = textwrap.wrap(
        text.lstrip(),
        width,
        initial_indent=" " * (len(text) - len(text.lstrip())),
        subsequent_indent=indent,
        break_on_hyphens=False,
        fix_sentence_endings=False,
    )
    return [*wrapped, *([f"{indent}{typed}"] if typed else [])]


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


def lasting(seconds: float) -> str:
    """Return a time span in the unit that suits it, in two or three digits.

    >>> lasting(0.25), lasting(59.96), lasting(90), lasting(6.2 * 3600), lasting(400 * 86400)
    ('0.2 s', '1.0 min', '1.5 min', '6.2 h', '400 d')
    """
    for unit, size, limit in (("s", 1, 60), ("min", 60, 60), ("h", 3600, 48), ("d", 86400, math.inf)):
        value = seconds / size
        text = f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"
        if float(text.replace(",", "")) < limit:
            return f"{text} {unit}"
    raise ValueError(f"{seconds} is not a time span")


def without_userinfo(text: str) -> str:
    """Return the text, or the URL, without the user names and passwords of the URLs in it.

    >>> without_userinfo("cannot reach https://alice:secret@batch.example/v1")
    'cannot reach https://batch.example/v1'
    """
    return _USERINFO.sub("://", text)


def _encodable(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return _PLAIN.get(char) or char.encode("ascii", "backslashreplace").decode("ascii")
    return char


def _spelled(char: str) -> str:
    if unicodedata.category(char) in _INVISIBLE:
        return char.encode("unicode_escape").decode("ascii")
    return char


def sentence(text: str) -> str:
    """Return the text with a full stop, which messages of AWS have or have not.

    >>> sentence("Access denied"), sentence("Access denied.")
    ('Access denied.', 'Access denied.')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."
