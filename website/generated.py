"""The pages of the site that are not written by hand in `docs/`.

`python -m website.generated FOLDER` writes them, for a generator that has no hooks of MkDocs, such as Zensical.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from website.flags import flags_page
from website.links import ROOT_PAGES
from website.notebooks import notebook_pages

__all__ = ["generated_pages", "main"]

ROOT = Path(__file__).parent.parent


@cache
def generated_pages() -> dict[str, str | bytes]:
    """Return what the site has beside `docs/`, by its path in the site: Markdown, and pictures of notebooks."""
    return {
        "reference/flags.md": flags_page(),
        **{page: (ROOT / file).read_text("utf-8") for page, file in ROOT_PAGES.items()},
        **notebook_pages(),
    }


def main(arguments: list[str] | None = None) -> None:
    """Write the generated pages into a folder, which may have those of `docs/` already."""
    [folder] = sys.argv[1:] if arguments is None else arguments
    for name, content in generated_pages().items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


if __name__ == "__main__":
    main()
