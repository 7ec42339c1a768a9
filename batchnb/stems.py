"""Name stems: what the names of a sweep's jobs have in common."""

from __future__ import annotations

import re

__all__ = ["name_stem"]

_COUNTED = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:[t_-]?[0-9]{2}[:-]?[0-9]{2}(?:[:-]?[0-9]{2})?z?)?"  # a day, or a moment
    r"|(?<![0-9a-z])(?=[a-f]*[0-9])[0-9a-f]{8,}(?![0-9a-z])"  # hexadecimal digits, such as a commit
    r"|[0-9]+",
    re.IGNORECASE,
)
_JOINED = re.compile(r"#(?:[-_.]?#)+")


def name_stem(name: str) -> str:
    """Return a job's name with `#` for each number in it, UUIDs, times and hexadecimal ids included.

    Numbers that follow one another are one `#`. Case counts.

    >>> name_stem("sweep-lr-001"), name_stem("Sweep-LR-000"), name_stem("etl-2026-11-25T18:00Z.7")
    ('sweep-lr-#', 'Sweep-LR-#', 'etl-#')
    """
    return _JOINED.sub("#", _COUNTED.sub("#", name))
