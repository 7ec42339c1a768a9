"""The README says what there is: a flag, magic, name, verdict or outcome that it lacks fails here."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

import batchnb
from batchnb.api import list_jobs
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.jobs.search import QueryError, parse_query
from batchnb.jobs.search.fields import FIELDS, STATUS_WORDS
from batchnb.jobs.search.listed import LISTED
from batchnb.jobs.shapes.bodies import JobKind
from batchnb.magics.magics import BatchMagics
from batchnb.magics.options import JOBS, LOCAL, RESUME, TERMINATE
from batchnb.model.plan import Plan
from batchnb.model.verdict import Verdict

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
"""The README and the pages that it leads to."""
SEARCH = (ROOT / "docs" / "reference" / "search.md").read_text(encoding="utf-8")
FLAGS = sorted({name for parser in (JOBS, TERMINATE, LOCAL, RESUME) for name in parser.flag_names})


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_is_in_the_readme(flag: str) -> None:
    """A flag of a magic is named in the README as it is typed."""
    assert re.search(rf"`[^`]*(?<![\w-]){flag}(?![\w-])[^`]*`", README)


def test_every_flag_in_the_readme_exists() -> None:
    """The README names no flag of a magic that is not there, those of other commands aside."""
    lab = {"--lab", "--port", "--no-browser"}
    others = lab | {"--output", "--from", "--force", "--check", "--dist", "--help-notebook", "-e", "-m", "-n", "-p"}
    # In a search, a minus excludes: `-prod` is not a flag. The AWS CLI has flags of its own.
    text = re.sub(r"'[^'\n]* -prod'|^aws .*$", "", README.replace(SEARCH, ""), flags=re.MULTILINE)
    named = set(re.findall(r"(?<![\w*-])--?[a-z][a-z-]*(?![\w-])", text))
    assert named - set(FLAGS) - others == set()


@pytest.mark.parametrize("kind", ["line", "cell"])
def test_every_magic_is_in_the_readme(kind: str) -> None:
    """A magic is named in the README with its percent signs."""
    sign = {"line": "%", "cell": "%%"}[kind]
    for name in BatchMagics.magics[kind]:
        assert f"{sign}{name}" in README


@pytest.mark.parametrize("name", batchnb.__all__)
def test_every_public_name_is_in_the_readme(name: str) -> None:
    """A public name is explained or at least listed in the README."""
    assert re.search(rf"`(batchnb\.)?{name}`", README)


@pytest.mark.parametrize("word", [*Verdict, *Outcome])
def test_every_verdict_and_outcome_has_a_row_in_the_readme(word: str) -> None:
    """What a plan or a report can say of a job is explained in a table of the README."""
    assert f"\n| `{word}` | " in README


@pytest.mark.parametrize("kind", JobKind)
def test_every_kind_of_job_has_a_row_in_the_readme(kind: str) -> None:
    """A shape of a job is explained in a table of the README."""
    assert f"\n| `{kind}` | " in README


def test_every_column_is_in_the_readme() -> None:
    """A column of a plan's frame, and a sum of what a plan frees, is named in the README."""
    plan = Plan("OPS-1", Place(None, "eu-west-1", "https://x.invalid"), (), datetime(2026, 1, 1, tzinfo=UTC), None)
    for name in (*plan.to_frame(), *plan.frees):
        assert f"`{name}`" in README, name


def test_every_selector_of_list_jobs_is_in_the_readme() -> None:
    """A keyword of list_jobs is named in the README."""
    for keyword in list_jobs.__kwdefaults__ or {}:
        assert f"`{keyword}=`" in README


def test_every_field_and_status_of_a_search_is_in_the_readme() -> None:
    """A field is shown as it is typed, and each word that stands for several statuses is named."""
    for field in FIELDS:
        assert re.search(rf"`-?{field.name}:", SEARCH), field.name
    for word, names in STATUS_WORDS.items():
        assert len(names) == 1 or f"`{word}`" in SEARCH


def test_every_example_of_a_search_in_the_readme_can_be_read() -> None:
    """What the table shows is what a listing understands, or is known nowhere in one."""
    terms = [
        cell for row in re.findall(r"^\| (`.*?`) \| ", SEARCH, re.MULTILINE) for cell in re.findall(r"`(.*?)`", row)
    ]
    terms = [term for term in terms if "…" not in term]
    assert len(terms) > 20
    for term in terms:
        assert parse_query(term, LISTED).terms, term


def test_the_error_that_the_readme_shows_is_the_one_that_is_raised() -> None:
    """The line in the text is word for word the line of the error."""
    (query, line), *_ = re.findall(r"`([^`]+)` → \"(.+?)\"", SEARCH.replace("\n", " "))
    with pytest.raises(QueryError, match=re.escape(line)):
        parse_query(query, LISTED)


def test_the_python_examples_of_the_readme_compile() -> None:
    """Examples for scripts are Python, and those for notebooks are lines that IPython understands."""
    from IPython.core.inputtransformer2 import TransformerManager

    examples = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert examples
    for example in examples:
        source = TransformerManager().transform_cell(example)  # type: ignore[no-untyped-call]
        compile(source, "README.md", "exec")


def test_the_version_is_the_same_everywhere() -> None:
    """The package's metadata and the package name one version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == batchnb.__version__


def test_the_changelog_has_a_place_for_what_is_unreleased() -> None:
    """Changes are written down under a heading of their own before they are released."""
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
