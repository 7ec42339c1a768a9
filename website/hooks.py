"""Hooks of MkDocs: the pages that are not files in `docs/`, and `llms.txt`. `mkdocs.yml` names this file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

# MkDocs loads this file by its path, with nothing of the repository to import from.
if (_root := str(Path(__file__).parent.parent)) not in sys.path:
    sys.path.append(_root)

from website.generated import generated_pages
from website.links import site_links
from website.llms import index_for_models

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

__all__ = ["on_files", "on_page_markdown", "on_post_build"]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the files of the site."""
    for path, content in generated_pages().items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs names them
    """Return a page with the links that the repository has leading to the pages of the site."""
    return site_links(markdown, page.file.src_uri)


def on_post_build(config: MkDocsConfig) -> None:
    """Write `llms.txt`, and each page as Markdown beside its HTML."""
    pages, site = Path(config.docs_dir), Path(config.site_dir)
    sources = {path.relative_to(pages).as_posix(): path.read_text("utf-8") for path in sorted(pages.rglob("*.md"))}
    sources |= {path: text for path, text in generated_pages().items() if isinstance(text, str)}
    for path, text in sources.items():
        (site / path).write_text(site_links(text, path), encoding="utf-8")
    (site / "llms.txt").write_text(index_for_models(config.nav, sources), encoding="utf-8")
