"""The pages of the site that are not written by hand in `docs/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from website.flags import flags_page
from website.links import ROOT_PAGES
from website.notebooks import notebook_pages

__all__ = ["generated_pages"]

ROOT = Path(__file__).parent.parent


@cache
def generated_pages() -> dict[str, str | bytes]:
    """Return what the site has beside `docs/`, by its path in the site: Markdown, and pictures of notebooks."""
    return {
        "reference/flags.md": flags_page(),
        **{page: (ROOT / file).read_text("utf-8") for page, file in ROOT_PAGES.items()},
        **notebook_pages(),
    }
