"""Stems: what the names of like jobs have in common, once numbers, times and ids are taken out."""

from __future__ import annotations

import re

__all__ = ["name_stem"]

_DIGIT, _HEX = "[0-9]", "[0-9A-Fa-f]"
_UUID = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_ZONE = rf"(?:Z|\+{_DIGIT}{{2}}:?{_DIGIT}{{2}})"
_TIME = f"{_DIGIT}{{2}}[:-]?{_DIGIT}{{2}}(?:[:-]?{_DIGIT}{{2}}(?:[.,]{_DIGIT}+)?)?{_ZONE}?"
_ISO_TIME = f"{_DIGIT}{{4}}-?{_DIGIT}{{2}}-?{_DIGIT}{{2}}[T_-]?{_TIME}"
_HASH = rf"(?<![0-9A-Za-z])(?=[A-Fa-f]*{_DIGIT}){_HEX}{{8,}}(?![0-9A-Za-z])"
_VARYING = re.compile("|".join([_UUID, _ISO_TIME, _HASH, f"{_DIGIT}+"]))
_SEVERAL = re.compile("#(?:[-_.]?#)+")


def name_stem(name: str) -> str:
    """Return the name with `#` for each UUID, ISO time, run of digits, and hexadecimal of 8 or more with a digit in it.

    Several of them with one of `-_.` between become one. Upper and lower case stay as they are.

    >>> name_stem("sweep-lr-003"), name_stem("etl_2026-11-25T00:52:10Z.17"), name_stem("Sweep-LR-000")
    ('sweep-lr-#', 'etl_#', 'Sweep-LR-#')
    >>> name_stem("load-3f9a2b1c"), name_stem("load-deadbeef"), name_stem("a1.2_3-b")
    ('load-#', 'load-deadbeef', 'a#-b')
    """
    return _SEVERAL.sub("#", _VARYING.sub("#", name))
