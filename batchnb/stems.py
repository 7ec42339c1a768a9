"""Stems: what the names of like jobs have in common, once numbers, times and ids are taken out."""

from __future__ import annotations

import re

__all__ = ["stem_of"]

_DIGIT, _HEX = "[0-9]", "[0-9A-Fa-f]"
_UUID = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_ZONE = rf"(?:Z|\+{_DIGIT}{{2}}:?{_DIGIT}{{2}})"
_TIME = f"{_DIGIT}{{2}}[:-]?{_DIGIT}{{2}}(?:[:-]?{_DIGIT}{{2}}(?:[.,]{_DIGIT}+)?)?{_ZONE}?"
_ISO_TIME = f"{_DIGIT}{{4}}-?{_DIGIT}{{2}}-?{_DIGIT}{{2}}[T_-]?{_TIME}"
_HASH = rf"(?<![0-9A-Za-z])(?=[A-Fa-f]*{_DIGIT}){_HEX}{{8,}}(?![0-9A-Za-z])"
_VARYING = re.compile("|".join([_UUID, _ISO_TIME, _HASH, f"{_DIGIT}+"]))
_SEVERAL = re.compile("#(?:[-_.]?#)+")


def stem_of(name: str) -> str:
    """Return the name with `#` for each UUID, ISO time, run of digits, and hexadecimal of 8 or more with a digit in it.

    Several of them with one of `-_.` between become one. Upper and lower case stay as they are.

    >>> stem_of("sweep-lr-003"), stem_of("etl_2026-11-25T00:52:10Z.17"), stem_of("Sweep-LR-000")
    ('sweep-lr-#', 'etl_#', 'Sweep-LR-#')
    >>> stem_of("load-3f9a2b1c"), stem_of("load-deadbeef"), stem_of("a1.2_3-b")
    ('load-#', 'load-deadbeef', 'a#-b')
    """
    return _SEVERAL.sub("#", _VARYING.sub("#", name))
