"""Job ids as bytes: 16 for a job and 20 for a child of an array, so that many can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.jobs.ids import array_parent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from batchnb.widget.table.rows import Rows

__all__ = ["PackedIds", "pack_ids", "pack_rows"]

_JOB, _INDEX = 16, 4


@dataclass(frozen=True, slots=True)
class PackedIds:
    """Ids of jobs, as `parse_job_id` returns them: jobs first, then children of arrays. Nodes have no place here."""

    jobs: bytes = b""
    children: bytes = b""

    def __len__(self) -> int:
        return len(self.jobs) // _JOB + len(self.children) // (_JOB + _INDEX)

    def __iter__(self) -> Iterator[str]:
        yield from map(_job_id, _parts(self.jobs, _JOB))
        for part in _parts(self.children, _JOB + _INDEX):
            yield f"{_job_id(part[:_JOB])}:{int.from_bytes(part[_JOB:])}"


def pack_ids(job_ids: Iterable[str]) -> PackedIds:
    """Return these ids as bytes.

    >>> list(pack_ids(["11111111-2222-3333-4444-555555555555:7", "e3e70682-c209-4cac-a29f-6fbed82c07cd"]))
    ['e3e70682-c209-4cac-a29f-6fbed82c07cd', '11111111-2222-3333-4444-555555555555:7']
    """
    jobs, children = bytearray(), bytearray()
    for job_id in job_ids:
        parent = array_parent(job_id)
        if parent is None:
            jobs += _bytes(job_id)
        else:
            children += _bytes(parent) + int(job_id[len(parent) + 1 :]).to_bytes(_INDEX)
    return PackedIds(bytes(jobs), bytes(children))


def pack_rows(rows: Rows, at: NDArray[np.int64]) -> PackedIds:
    """Return the ids of the jobs in the rows `at`, as bytes."""
    if rows.uuids is not None:
        return PackedIds(rows.uuids[at].tobytes())
    return pack_ids(rows.job_ids[row] for row in at.tolist())


def _parts(whole: bytes, size: int) -> Iterator[bytes]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _bytes(job_id: str) -> bytes:
    return bytes.fromhex(job_id.replace("-", ""))


def _job_id(part: bytes) -> str:
    text = part.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
