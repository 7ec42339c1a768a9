"""Turn the links of a page from those of the repository into those of the site, so that both can be followed."""

from __future__ import annotations

import posixpath
import re

__all__ = ["ROOT_PAGES", "site_links"]

ROOT_PAGES = {"changelog.md": "CHANGELOG.md", "security.md": "SECURITY.md"}
"""Pages of the site that lie at the root of the repository, where people and tools look for them."""

_LINK = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?(?=\))")


def site_links(markdown: str, page: str) -> str:
    """Return the text of `page`, a path in the site, with relative links that lead to pages of the site.

    A link that leads to a file without a page stays as it is: the strict build reports it.

    >>> site_links("[a](../notebooks/quickstart.ipynb) [b](guards.md#who-wins)", "hosts.md")
    '[a](runbooks/quickstart.md) [b](guards.md#who-wins)'
    >>> site_links("[c](docs/hosts.md)", "security.md")
    '[c](hosts.md)'
    """
    folder = posixpath.dirname(ROOT_PAGES.get(page) or f"docs/{page}")

    def turned(link: re.Match[str]) -> str:
        target = _in_the_site(posixpath.normpath(posixpath.join(folder, link["path"])))
        if target is None:
            return link[0]
        return posixpath.relpath(target, posixpath.dirname(page) or ".") + (link["anchor"] or "")

    return _LINK.sub(turned, markdown)


def _in_the_site(path: str) -> str | None:
    """Return where the site has a file of the repository, None where it has it nowhere."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if found := re.fullmatch(r"notebooks/(\w+)\.ipynb", path):
        return f"runbooks/{found[1]}.md"
    return next((page for page, file in ROOT_PAGES.items() if file == path), None)
