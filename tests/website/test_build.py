"""The site is built as CI builds it: strictly, and without a network. Needs the extra `docs`, which `dev` has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.website.blocks import ROOT
from tests.website.built import find_problems

OFFLINE = """
import socket, sys

def refuse(*arguments, **options):
    raise OSError(f"the build tried to reach {arguments[1:] or arguments}")

socket.socket.connect = socket.getaddrinfo = refuse
from mkdocs.__main__ import cli
cli()
"""
"""MkDocs, for which there is no network."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site. A warning fails the build, such as one of a link that leads nowhere."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-c", OFFLINE, "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_no_page_loads_from_elsewhere_and_every_link_leads_somewhere(site: Path) -> None:
    """The site can be read in a network without a way out, and from a folder on disk."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    # For these, the theme's JavaScript would fetch from GitHub and from a CDN.
    for cause in ('data-md-component="source"', 'class="mermaid"'):
        assert not [page for page in pages if cause in page.read_text("utf-8")]
    assert find_problems(site) == []


def test_the_search_finds_what_is_on_the_pages(site: Path) -> None:
    """The index of the search holds the pages, the generated ones too."""
    index = (site / "search" / "search_index.json").read_text("utf-8")
    for word in ("accepted, waits for its dependency", "--accept-unseen", "load_plan", "papermill"):
        assert word in index


def test_the_reference_has_docstrings_and_signatures(site: Path) -> None:
    """Mkdocstrings found each name, and wrote what it is for."""
    text = re.sub(r"<[^>]+>", "", (site / "reference" / "api.html").read_text("utf-8"))
    assert "Return the jobs that" in text
    assert "accept_unseen: bool | None = None" in text
    assert ":::" not in text


def test_language_models_get_every_page_as_markdown(site: Path) -> None:
    """What `llms.txt` names is there."""
    named = re.findall(r"\]\((.+?)\)", (site / "llms.txt").read_text("utf-8"))
    assert len(named) > 40
    assert all((site / path).read_text("utf-8").startswith("# ") for path in named)
