"""Characters as the search language sees them: blanks, invisible ones, upper and lower case, and text made showable.

The browser's twin is `widget/js/search/letters.js`: both go by code points and by the same lists, because the two
languages differ in what they call a blank, and in how many letters a capital becomes.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "is_blank", "is_invisible", "normalize", "spell"]

_BLANKS = frozenset("\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
_INVISIBLE = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    # Halves of a character, and those that are for private use: nobody knows what they look like.
    "\ud800-\uf8ff\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_SPELLED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_blank(char: str) -> bool:
    """Whether this character separates terms."""
    return char in _BLANKS


def is_invisible(char: str) -> bool:
    """Whether nobody sees this character, so that a search must not hold it without quotes."""
    return _INVISIBLE.match(char) is not None


def normalize(text: str) -> str:
    """Return the text with each accented letter as one character (Unicode's form C): they look the same."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return normalized text in lower case, letter by letter, so that no letter becomes two.

    >>> fold("Stra\N{LATIN SMALL LETTER SHARP S}e")
    'straße'
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_lower, unicodedata.normalize("NFC", text)))


def _lower(char: str) -> str:
    low = char.lower()
    if low == "\N{GREEK SMALL LETTER FINAL SIGMA}":  # the same letter at the end of a word
        return "\N{GREEK SMALL LETTER SIGMA}"
    return low if len(low) == 1 else char


def spell(text: str, limit: int = 40) -> str:
    r"""Return text on one line, invisible characters spelled out, cut to a number of characters.

    >>> spell("a\u202eb"), spell("abcdef", 4)
    ('a\\u202eb', 'abc…')
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(_spelled(char) if _is_spelled(char) else char for char in cut)


def _is_spelled(char: str) -> bool:
    return char != " " and (is_blank(char) or is_invisible(char))


def _spelled(char: str) -> str:
    code = ord(char)
    width = (2, "x") if code <= 0xFF else (4, "u") if code <= 0xFFFF else (8, "U")
    return _SPELLED.get(char) or f"\\{width[1]}{code:0{width[0]}x}"
