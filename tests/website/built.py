"""Looks at a built site: what its pages load from elsewhere, and which of their links lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Page", "find_problems"]

_LOADS = {
    "script": ("src",), "img": ("src", "srcset"), "source": ("src", "srcset"), "iframe": ("src",), "link": ("href",),
    "video": ("src", "poster"), "audio": ("src",), "object": ("data",), "embed": ("src",), "use": ("href",),
}  # fmt: skip
"""Attributes by which a page fetches something without being asked."""
_STYLE_URL = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])([^'\")\s]+)")


class Page(HTMLParser):
    """A page of the site: what it loads, where it links to, its anchors, and its pictures without a description."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.undescribed: list[str] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag loads, and where it leads."""
        values = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        for name in _LOADS.get(tag, ()):
            if values.get(name):
                # A set of sources has sizes behind its addresses.
                parts = values[name].split(",") if name == "srcset" else [values[name]]
                self.loads += [part.split()[0] for part in parts if part.strip()]
        self.loads += _STYLE_URL.findall(values.get("style", ""))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img" and not values.get("alt"):
            self.undescribed.append(values.get("src", ""))

    def handle_data(self, data: str) -> None:
        """Note what a style sheet inside the page loads."""
        if self._in_style:
            self.loads += _STYLE_URL.findall(data)


def find_problems(site: Path) -> list[str]:
    """Return a line for each address that is loaded from elsewhere, and for each link inside that leads nowhere."""
    return [f"{path.relative_to(site)}: {problem}" for path in sorted(site.rglob("*")) for problem in _of(path, site)]


def _of(path: Path, site: Path) -> Iterator[str]:
    if path.suffix == ".css":
        for address in _STYLE_URL.findall(path.read_text("utf-8")):
            yield from _of_load(address, path, site)
    if path.suffix != ".html" or path.name == "404.html":  # the server shows that one at any depth
        return
    page = _page(path)
    yield from (f"a picture without a description: {source}" for source in page.undescribed)
    for address in page.loads:
        yield from _of_load(address, path, site)
    for address in page.links:
        yield from _of_link(address, path, site)


@cache
def _page(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


def _of_load(address: str, path: Path, site: Path) -> Iterator[str]:
    parts = urlsplit(address)
    if parts.scheme == "data" or address.startswith("#"):
        return
    if parts.scheme or parts.netloc:
        yield f"loads from elsewhere: {address}"
    elif not _target(parts.path, path, site).is_file():
        yield f"loads what is not there: {address}"


def _of_link(address: str, path: Path, site: Path) -> Iterator[str]:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return
    target = _target(parts.path, path, site) if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        yield f"leads nowhere: {address}"
    elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in _page(target).anchors:
        yield f"leads to no such heading: {address}"


def _target(address: str, path: Path, site: Path) -> Path:
    base = site if address.startswith("/") else path.parent
    return (base / unquote(address).lstrip("/")).resolve()
