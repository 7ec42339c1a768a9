"""Cells that end exactly these jobs: they read back as they were meant, and what is pasted ends nothing by itself."""

from __future__ import annotations

import ast
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.magics.options import TERMINATE, ids_in_cell
from batchnb.model.as_cell import cell_for

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


@pytest.mark.parametrize("reason", REASONS)
def test_the_cell_of_a_plan_makes_the_same_plan_and_ends_nothing(emulator: local.LocalBatch, reason: str) -> None:
    """Its ids, reason, place and number are there, whatever the names are; `--yes` is not."""
    ids = [*emulator.world.add_jobs("train", "job", 2), emulator.world.add_job("train", "# --yes 'x'")]
    plan = batchnb.plan(ids, reason=reason, endpoint_url=emulator.endpoint_url)
    line, *body = plan.as_cell().split("\n")
    flags = TERMINATE.read(line.removeprefix("%%batch_terminate"))
    assert (flags.reason, flags.endpoint_url, flags.yes) == (reason, emulator.endpoint_url, False)
    assert flags.expect == "3"
    assert ids_in_cell("\n".join(body)) == ids


def test_the_cell_of_a_plan_in_a_production_account_lacks_the_number(emulator: local.LocalBatch) -> None:
    """There somebody has to type it."""
    ids = emulator.world.add_jobs("train", "job", 2)
    place: dict[str, Any] = {"endpoint_url": emulator.endpoint_url, "production_accounts": ["000000000000"]}
    assert "expect" not in batchnb.plan(ids, reason="x", **place).as_cell()
    python = batchnb.plan(ids, reason="x\ny", **place).as_cell()
    assert "expect" not in python


def test_the_cell_of_a_report_names_what_is_left(emulator: local.LocalBatch, clock: Clock) -> None:
    """Jobs that were seen to end are not in it."""
    ids = [*emulator.world.add_jobs("train", "job", 2), emulator.world.add_job("train", "stubborn", stops="never")]
    report = batchnb.plan(ids, reason="x", endpoint_url=emulator.endpoint_url).execute(clock=clock, timeout=60)
    line, *body = report.as_cell().split("\n")
    assert "--yes" not in line
    assert ids_in_cell("\n".join(body)) == ids[2:]


PASTED = [
    f"{IDS[0]} (sweep-lr-000, RUNNING) asked, no answer",
    f"  {IDS[0]}  sweep-lr-000  train-gpu  RUNNING  terminate",
    f"  - {IDS[0]} (sweep-lr-000)",
    f"\t{IDS[0]},",
    f"jobId  jobName  status\n{IDS[0]}  a  RUNNING",
]


@pytest.mark.parametrize("pasted", PASTED)
def test_a_cell_takes_lines_of_tickets_and_tables(pasted: str) -> None:
    """The first word of a line is the id; what stands behind it is for people."""
    assert ids_in_cell(pasted) == IDS[:1]


@pytest.mark.parametrize(
    "pasted", [f"{IDS[0]} (a) {IDS[1]}", f"{IDS[0]} after {IDS[1]}", "and 3 more in report.failures", "x"]
)
def test_a_line_of_which_a_part_would_be_lost_is_an_error(pasted: str) -> None:
    """Two ids in a line, or jobs that the table left out, are not passed over."""
    with pytest.raises(InputError, match="line 1 of the cell"):
        ids_in_cell(pasted)
