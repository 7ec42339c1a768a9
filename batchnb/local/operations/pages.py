"""Pages of things that have a name: at most 100, in order, each token naming the last thing seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchnb.local.operations.fields import Fields

__all__ = ["PAGE_LIMIT", "page_of"]

PAGE_LIMIT = 100


def page_of(
    fields: Fields, member: str, names: Iterable[str], known: Iterable[str], describe: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    """Return one page of the named things, in the order of their names.

    `known` are all names that a token may have; anything else in a token is a ClientException.
    """
    size = fields.number("maxResults")
    if size is not None and not 1 <= size <= PAGE_LIMIT:
        raise bad_request(f"maxResults must be between 1 and {PAGE_LIMIT}.")
    after = fields.text("nextToken") or ""
    if after and after.removeprefix("q.") not in known:
        raise bad_request("Invalid nextToken.")
    wanted = sorted(name for name in names if f"q.{name}" > after)
    page = wanted[: size or PAGE_LIMIT]
    answer: dict[str, Any] = {member: [describe(name) for name in page]}
    if len(wanted) > len(page):
        answer["nextToken"] = f"q.{page[-1]}"
    return answer
