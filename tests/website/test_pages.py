"""The pages are whole: links lead somewhere, and flags, errors, settings and public names are not left out."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
import yaml
from trove_classifiers import classifiers

import batchnb
from batchnb.cli.main import parser as command_parser
from batchnb.errors import BatchnbError
from batchnb.guards.settings import _KEYS
from tests.website.blocks import PAGES, ROOT, title
from website.flags import flags_page, magic_parsers
from website.generated import generated_pages, main
from website.links import site_links
from website.llms import index_for_models

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REPOSITORY = "https://github.com/batchnb/batchnb"
LINKED = [*PAGES, ROOT / "CHANGELOG.md"]
NAV: Any = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
"""The navigation: sections with their pages."""


def links(text: str) -> Iterator[str]:
    """Yield where the links and pictures of a page lead, those in code aside."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`(?!\])", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"\]\(([^)\s]+)\)", prose)
    yield from re.findall(r'(?:src|srcset|href)="([^"]+)"', prose)


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MkDocs make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=title)
def test_links_lead_somewhere_in_the_repository(page: Path) -> None:
    """A relative link names a file that is there, or a page that is generated, and a heading of it."""
    for link in links(page.read_text("utf-8")):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = Path(os.path.normpath(page.parent / path)) if path else page
        if target.is_relative_to(ROOT / "docs") and target.relative_to(ROOT / "docs").as_posix() in generated_pages():
            continue
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text("utf-8")), link


def test_every_page_is_in_the_navigation_once() -> None:
    """No page is left out, and none stands there twice."""
    named = [page for section in NAV for pages in section.values() for page in pages]
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    generated = {path for path in generated_pages() if path.endswith(".md")}
    assert sorted(named) == sorted(written | generated)


def test_every_flag_of_every_magic_and_command_has_a_row() -> None:
    """The generated page has a section for each, with all flags in it."""
    text = flags_page()
    for parser in magic_parsers():
        section = re.split(r"^## ", text.split(f"## `{parser.prog}`\n")[1], flags=re.MULTILINE)[0]
        rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
        assert sorted(re.findall(r"`(-.+?)`", " ".join(rows))) == sorted(parser.flag_names)
    commands = [name for action in command_parser()._actions for name in action.choices or ()]
    assert {"demo", "emulator", "runbooks"} <= set(commands)
    assert re.findall(r"^### `batchnb (\w+)`$", text, re.MULTILINE) == commands


def test_a_help_text_cannot_break_its_table() -> None:
    """What means something in Markdown is escaped, so that patterns stay readable."""
    assert r"\* ? \[abc\]" in flags_page()


def test_a_notebook_becomes_a_page_with_its_pictures() -> None:
    """Each has a title, what it is for, its outputs, and pictures that are there."""
    pages = {path: text for path, text in generated_pages().items() if path.startswith("runbooks/")}
    texts = {path: text for path, text in pages.items() if isinstance(text, str)}
    assert len(texts) == len(list((ROOT / "notebooks").glob("*.ipynb")))
    for path, text in texts.items():
        assert text.startswith("# "), path
        assert "Nothing has been ended." in text or "audit" in path or "finish" in path, path
        assert "\x1b" not in text
        for picture in re.findall(r"!\[.*?\]\((.+?)\)", text):
            assert isinstance(pages[f"runbooks/{picture}"], bytes)


def test_another_generator_gets_the_same_pages(tmp_path: Path) -> None:
    """Zensical has no hooks of MkDocs: a command writes the generated pages into the folder that it reads."""
    main([str(tmp_path)])
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(generated_pages())


def test_the_index_for_models_has_every_page_with_what_it_is_for() -> None:
    """`llms.txt` names each page with a first sentence."""
    written = sorted((ROOT / "docs").rglob("*.md"))
    sources = {path.relative_to(ROOT / "docs").as_posix(): path.read_text("utf-8") for path in written}
    sources |= {path: text for path, text in generated_pages().items() if isinstance(text, str)}
    index = index_for_models(NAV, sources)
    rows = re.findall(r"^- \[(.+?)\]\((.+?)\): (.+)$", index, re.MULTILINE)
    assert sorted(path for _, path, _ in rows) == sorted(sources)
    assert all(len(sentence) <= 200 for *_, sentence in rows)


def test_a_link_of_a_page_at_the_root_leads_into_the_site() -> None:
    """The changelog lies one folder higher in the repository than in the site."""
    assert site_links("[a](docs/reference/guards.md#who-wins)", "changelog.md") == "[a](reference/guards.md#who-wins)"
    assert site_links("[a](../../SECURITY.md)", "explanation/safety.md") == "[a](../security.md)"
    assert site_links("[a](https://x.invalid/docs/a.md)", "security.md") == "[a](https://x.invalid/docs/a.md)"


def errors() -> set[type[BatchnbError]]:
    """Return every error of the package."""
    package = Path(batchnb.__path__[0])
    for path in package.rglob("*.py"):
        if re.search(r"^class \w+Error\(", path.read_text("utf-8"), re.MULTILINE):
            import_module(".".join(path.relative_to(package.parent).with_suffix("").parts))
    found, pending = set[type[BatchnbError]](), [BatchnbError]
    while pending:
        error = pending.pop()
        found.add(error)
        pending += [one for one in error.__subclasses__() if one.__module__.startswith("batchnb.")]
    return found


def test_every_error_says_what_to_do() -> None:
    """An error has a row with what happened and what to do next."""
    text = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE))
    assert set(rows) == {error.__name__ for error in errors()}
    for name, row in rows.items():
        assert row.count(" | ") == 1, name
        assert len(row.split(" | ")[1]) > 10, name


def test_the_messages_that_the_pages_quote_are_those_that_are_raised() -> None:
    """Who searches for the text of an error finds it: each quoted part stands in the source, ours or botocore's."""
    sources = "\n".join(path.read_text("utf-8") for path in Path(batchnb.__path__[0]).rglob("*.py"))
    sources += Path(botocore.exceptions.__file__).read_text("utf-8")
    sources = re.sub(r"[\"']\s*f?[\"']", "", re.sub(r"\s+", " ", sources))  # texts that are written in several pieces
    text = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    quoted = re.findall(r"\*\*`(\w+Error): (.+?)`", text)
    assert len(quoted) > 5
    for name, message in quoted:
        assert name in {error.__name__ for error in errors()}
        for part in filter(None, message.split("…")):
            assert part.strip() in sources, part


def test_every_setting_and_variable_is_documented() -> None:
    """A key of `[tool.batchnb]` has a row, and so has every variable that the package reads."""
    text = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    for key in _KEYS:
        assert f"\n| `{key}` | " in text
    sources = "\n".join(path.read_text("utf-8") for path in Path(batchnb.__path__[0]).rglob("*.py"))
    for variable in set(re.findall(r"\bBATCHNB_[A-Z_]+\b", sources)):
        assert f"\n| `{variable}` | " in text


def test_the_public_names_are_in_the_reference() -> None:
    """The API page takes each public name from its docstring."""
    text = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    taken = re.findall(r"^::: (batchnb[\w.]*)\.(\w+)$", text, re.MULTILINE)
    for module, name in taken:
        assert hasattr(import_module(module), name), f"{module}.{name}"
    assert {*batchnb.__all__} - {name for _, name in taken} == {"local"}


# --- the package page ---------------------------------------------------------------------------------------------


def package_page() -> str:
    """Return the README as the package has it."""
    text = (ROOT / "README.md").read_text("utf-8")
    for one in PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(
            one["pattern"], one["replacement"].replace("$HFPR_VERSION", PYPROJECT["project"]["version"]), text
        )
    return text


def test_links_of_the_package_page_are_whole_addresses_of_files_that_exist() -> None:
    """On a package index there is no repository around the README."""
    text = package_page()
    assert "<!--" not in text
    found = list(links(text))
    assert len(found) > 20
    version = PYPROJECT["project"]["version"]
    raw = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
    for link in found:
        start = f"{raw}/v{version}/" if link.endswith(".png") else f"{REPOSITORY}/blob/v{version}/"
        assert link.startswith(start), link
        assert (ROOT / link.removeprefix(start)).is_file(), link


def test_the_readme_is_short() -> None:
    """Two minutes: at most 130 lines."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130


def test_the_metadata_is_whole() -> None:
    """The classifiers exist, and a package index shows where the project lives."""
    project = PYPROJECT["project"]
    assert set(project["classifiers"]) <= set(classifiers)
    assert {"Homepage", "Documentation", "Changelog", "Issues", "Source"} <= set(project["urls"])
    assert all(url.startswith(REPOSITORY) for url in project["urls"].values())


def test_the_source_package_has_every_file_that_it_needs() -> None:
    """What the tests, the site and the package are built from is in the sdist."""
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    top = {
        path.name for path in ROOT.iterdir() if path.suffix == ".md" or path.name in ("LICENSE", "mkdocs.yml", ".ci")
    }
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"docs", "notebooks"}
    assert top | folders <= set(included)
    assert all((ROOT / name).exists() for name in included)
