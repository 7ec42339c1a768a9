"""What the browser is sent of a snapshot: its first rows ahead, so that there is something to see; then all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb.widget.table.columns import Packer, packed, packed_ids
from batchnb.widget.table.rows import LIVES, Rows
from batchnb.widget.table.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FIRST_ROWS", "Payload", "first_payload", "whole_payload"]

FIRST_ROWS = 200
"""Rows that are sent ahead: more than a screen shows."""

_HIDDEN = frozenset({"jobArn", "isTerminated", "isCancelled", "liveChildren"})
_FIRST = ("status", "name", "queue", "size", "created", "started", "reason", "id")
"""The order of the columns that are known; the others follow as they stand in the frame."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Columns in a buffer, their texts in another, and what has to be known to read them."""

    header: dict[str, Any]
    rows: Rows
    numbers: bytes
    texts: bytes


def whole_payload(snapshot: Snapshot) -> Payload:
    """Return all rows."""
    return _payload(snapshot, len(snapshot), snapshot.rows)


def first_payload(snapshot: Snapshot) -> Payload:
    """Return the first rows, and how many rows of the whole table have each status and each queue."""
    count = min(FIRST_ROWS, len(snapshot))
    payload = _payload(snapshot, count, snapshot.first_rows(count))
    payload.header["facets"] = _facets(snapshot)
    return payload


def _payload(snapshot: Snapshot, count: int, rows: Rows) -> Payload:
    packer = Packer()
    header = {
        "snapshot": snapshot.number,
        "rows": len(snapshot),
        "here": count,
        "lives": LIVES,
        "columns": _columns(snapshot, count, rows, packer),
    }
    return Payload(header, rows, *packer.joined())


def _columns(snapshot: Snapshot, count: int, rows: Rows, packer: Packer) -> list[dict[str, Any]]:
    described = []
    for place, title in enumerate(snapshot.frame.columns):
        column = snapshot.frame.iloc[:, place]
        role = snapshot.layout.roles.get(place)
        if role == "id" and rows.uuids is not None:
            one = packed_ids(rows.uuids, title, packer)
        else:
            codes = snapshot.queues if role == "queue" else None
            one = packed(column.iloc[:count], title, packer, codes and (codes[0][:count], codes[1]))
        hidden = role != "id" and (title in _HIDDEN or _is_empty(column))
        described.append(one | {"role": role, "hidden": hidden})
    known = {role: order for order, role in enumerate(_FIRST)}
    return sorted(described, key=lambda column: known.get(column["role"], len(known)))


def _is_empty(column: pd.Series[Any]) -> bool:
    # Most columns show in their first rows that they are not, and a long one takes long to look through.
    return bool(len(column)) and not column.iloc[:FIRST_ROWS].notna().any() and bool(column.isna().all())


def _facets(snapshot: Snapshot) -> dict[str, list[int]]:
    facets = {}
    if snapshot.layout.place("status") is not None:
        facets["status"] = np.bincount(snapshot.lives_now(), minlength=len(LIVES)).tolist()
    if snapshot.queues is not None:
        codes, words = snapshot.queues
        facets["queue"] = np.bincount(codes + 1, minlength=len(words) + 1).tolist()
    return facets
