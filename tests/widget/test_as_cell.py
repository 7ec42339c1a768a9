from __future__ import annotations

import ast

import pytest

from batchnb.errors import InputError
from batchnb.magics.options import TERMINATE, ids_in_cell
from batchnb.widget.as_cell import cell_for

IDS = ["11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555:7"]
JOBS = {IDS[0]: "sweep-1", IDS[1]: ""}
REASONS = ["OPS-123 bad input", 'say "no"', "it's", "a\\", 'a\\"b\\\\', "$HOME {x} #1 --yes", "日本 😀", "-", " x "]


@pytest.mark.parametrize("reason", REASONS)
def test_the_magic_reads_the_cell_as_it_was_meant(reason: str) -> None:
    """Every reason of one line, region and id comes out of the cell as it went in, and it ends nothing by itself."""
    options = {"region": "eu-west-1", "profile": "my profile"}
    line, *body = cell_for(JOBS, reason, options, ["a\nb"], expect=2).split("\n")
    flags = TERMINATE.read(line.removeprefix("%%batch_terminate"))
    assert (flags.reason, flags.region, flags.profile) == (reason, "eu-west-1", "my profile")
    assert (flags.yes, flags.expect) == (False, "2")
    assert ids_in_cell("\n".join(body)) == IDS


@pytest.mark.parametrize(
    "name", ["a #b", "x\n%%batch_terminate --yes", "one\u2028two", "\u202eevil", "#", '"\n!rm -rf ~', "a" * 500]
)
@pytest.mark.parametrize("reason", ["OPS-1", "two\nlines"])
def test_a_hostile_name_stays_a_comment_on_its_own_line(name: str, reason: str) -> None:
    """A job's name is anybody's text: in a cell it must not become a line, a flag or an id of its own."""
    cell = cell_for({IDS[0]: name}, reason, {}, [name])
    lines = cell.splitlines()
    assert len(lines) == (4 if reason == "OPS-1" else 7)
    if reason == "OPS-1":
        assert ids_in_cell("\n".join(lines[1:])) == IDS[:1]
    else:
        strings = [node.value for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Constant)]
        assert set(strings) == {IDS[0], reason}


@pytest.mark.parametrize("reason", ["two\nlines", "one\u2028two", "form\x0cfeed"])
def test_a_reason_of_several_lines_makes_a_cell_of_python(reason: str) -> None:
    """A magic's line cannot hold it, and it must not be changed in silence."""
    cell = cell_for(JOBS, reason, {"region": None}, [])
    strings = [node.value for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Constant)]
    assert reason in strings
    assert set(IDS) <= set(strings)
    called = [node.attr for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Attribute)]
    assert called == ["plan"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1025])
def test_a_reason_that_aws_would_not_take_makes_no_cell(reason: str) -> None:
    """The cell would fail; better now."""
    with pytest.raises(InputError):
        cell_for(JOBS, reason, {}, [])
