from __future__ import annotations

import ast

import pytest

from batchnb.errors import InputError
from batchnb.magics.options import TERMINATE, ids_in_cell
from batchnb.widget.as_cell import cell_for

IDS = ["11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555:7"]
REASONS = ["OPS-123 bad input", 'say "no"', "it's", "a\\", 'a\\"b\\\\', "$HOME {x} #1 --yes", "日本 😀", "-", " x "]


@pytest.mark.parametrize("reason", REASONS)
def test_the_magic_reads_the_cell_as_it_was_meant(reason: str) -> None:
    """Every reason of one line, region and id comes out of the cell as it went in."""
    line, *body = cell_for(IDS, reason, {"region": "eu-west-1", "profile": "my profile"}, ["a\nb"]).split("\n")
    flags = TERMINATE.read(line.removeprefix("%%batch_terminate"))
    assert (flags.reason, flags.region, flags.profile, flags.yes) == (reason, "eu-west-1", "my profile", True)
    assert ids_in_cell("\n".join(body)) == IDS


@pytest.mark.parametrize("reason", ["two\nlines", "one\u2028two", "form\x0cfeed"])
def test_a_reason_of_several_lines_makes_a_cell_of_python(reason: str) -> None:
    """A magic's line cannot hold it, and it must not be changed in silence."""
    cell = cell_for(IDS, reason, {"region": None}, [])
    strings = [node.value for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Constant)]
    assert reason in strings
    assert set(IDS) <= set(strings)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1025])
def test_a_reason_that_aws_would_not_take_makes_no_cell(reason: str) -> None:
    """The cell would fail; better now."""
    with pytest.raises(InputError):
        cell_for(IDS, reason, {}, [])
