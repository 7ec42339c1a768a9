"""What is typed to the magics: every flag of the three, and job ids."""

from __future__ import annotations

import argparse
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.api import list_jobs, plan
from batchnb.errors import InputError
from batchnb.jobs.ids import parse_job_id
from batchnb.magics.defaults import connection_of
from batchnb.magics.options import JOBS, LOCAL, TERMINATE, ids_in_cell, ids_in_line, selectors_of
from batchnb.magics.parser import FlagParser

JOB = "11111111-2222-3333-4444-555555555555"
IDS = st.uuids().flatmap(lambda uuid: st.sampled_from([f"{uuid}", f"{uuid}:17", f"{uuid}#3"]))
COMMENTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20)


def values_of(parser: FlagParser) -> dict[str, argparse.Action]:
    """Return the flags of a parser that take a value, by their long names."""
    return {action.option_strings[0]: action for action in parser._actions if action.nargs != 0}


@pytest.mark.parametrize("parser", [JOBS, TERMINATE, LOCAL], ids=lambda parser: parser.prog)
def test_every_flag_is_explained(parser: FlagParser) -> None:
    """Every flag has a help, and every flag that takes a value says what kind."""
    for action in parser._actions:
        assert action.help
        assert action.nargs == 0 or action.metavar
    assert len(set(parser.flag_names)) == len(parser.flag_names)


def test_selecting_is_the_same_in_both_magics() -> None:
    """Every selector and every connection flag of %batch_jobs is one of %batch_terminate, with the same help."""
    common = {name: action.help for name, action in values_of(JOBS).items() if name != "--out"}
    terminate = {name: action.help for name, action in values_of(TERMINATE).items()}
    assert common.items() <= terminate.items()


def test_every_argument_of_list_jobs_has_a_flag() -> None:
    """What `list_jobs` takes can be typed, but for a session; and nothing else goes to it."""
    assert list_jobs.__kwdefaults__ is not None
    line = JOBS.read("")
    assert {**selectors_of(line), **connection_of(line)}.keys() == list_jobs.__kwdefaults__.keys() - {"session"}
    assert connection_of(line).keys() <= (plan.__kwdefaults__ or {}).keys()


def test_what_is_not_typed_is_none() -> None:
    """An empty line selects nothing in particular and leaves every choice to the functions."""
    line = TERMINATE.read("jobs --reason x")
    assert set(selectors_of(line).values()) == set(connection_of(line).values()) == {None}
    assert (line.wait, line.timeout, line.yes, line.out, line.ids) == (True, 300.0, False, None, None)


def test_selectors_arrive_as_they_were_typed() -> None:
    """Each flag gives the argument of its name; statuses may stand in one word, tags become a mapping."""
    line = JOBS.read(
        "-q a --queue arn:b -s RUNNING,runnable --status STARTING --name 'x y' --name-glob 'x-[0-9]*' "
        "--job-definition d:3 --older-than 6h --newer-than 2d --running-longer-than 90m --tag team=a=b --tag 'k= v' "
        "--share s --children-of ID --query 'status:runnable \"x y\" -prod' --limit 5 "
        "--profile p --region r --endpoint-url http://127.0.0.1:1"
    )
    assert selectors_of(line) == {
        "queues": ["a", "arn:b"],
        "status": ["RUNNING", "runnable", "STARTING"],
        "name": "x y",
        "name_glob": "x-[0-9]*",
        "job_definition": "d:3",
        "older_than": "6h",
        "newer_than": "2d",
        "running_longer_than": "90m",
        "tags": {"team": "a=b", "k": " v"},
        "share": "s",
        "children_of": "ID",
        "query": 'status:runnable "x y" -prod',
        "limit": 5,
    }
    assert connection_of(line) == {"profile": "p", "region": "r", "endpoint_url": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("parser", "flag", "values"),
    [
        (JOBS, "--tag", ["team", "=x", ""]),
        (JOBS, "--limit", ["", "x", "1.5", "1e3"]),
        (TERMINATE, "--timeout", ["", "x", "-0.1", "nan", "inf", "5m"]),
        (TERMINATE, "--out", ["", "a b", "a.b", "1a", "a-b", "None", "if"]),
        (LOCAL, "--seed", ["x", "0.5"]),
    ],
)
def test_a_wrong_value_is_refused_with_its_flag(parser: FlagParser, flag: str, values: list[str]) -> None:
    """A value that cannot be meant is an error that names flag and value, before anything is asked of AWS."""
    for value in values:
        with pytest.raises(InputError, match=flag) as raised:
            selectors_of(parser.read(f"{flag} '{value}'")) if flag == "--tag" else parser.read(f"{flag} '{value}'")
        assert repr(value) in str(raised.value)


def test_one_key_has_one_value() -> None:
    """Two values for one tag cannot both hold; the same twice can."""
    assert selectors_of(JOBS.read("--tag a=1 --tag a=1"))["tags"] == {"a": "1"}
    with pytest.raises(InputError, match="'a' is given two values"):
        selectors_of(JOBS.read("--tag a=1 --tag a=2"))


@given(st.lists(st.tuples(IDS, COMMENTS, st.sampled_from([" ", "\t", "   ", ""])), min_size=1, max_size=8))
def test_a_cell_of_ids_comes_back(lines: list[tuple[str, str, str]]) -> None:
    """Ids, one a line, come back in order, whatever the comments behind and between them hold."""
    cell = "\n".join(f"{space}{job_id} # {comment}\n\n#{comment}" for job_id, comment, space in lines)
    assert ids_in_cell(cell) == [job_id for job_id, _, _ in lines]


@given(st.text(), st.integers(0, 3))
def test_a_line_that_is_no_id_is_named_by_its_number(text: str, before: int) -> None:
    """Whatever else a cell holds is refused, with the number of its line; nothing is skipped."""
    line = "x" + "".join(text.split("#")[0].splitlines()).strip()
    cell = f"{JOB}\n" * before + line + f"\n{JOB}\n"
    with pytest.raises(InputError, match=rf"^line {before + 1} of the cell: "):
        ids_in_cell(cell)


def test_a_pasted_answer_of_the_cli_is_read() -> None:
    """Ids with tabs between, as `--output text` has them, and JSON, as `--output json` has it, come back in order."""
    two = [JOB, f"{JOB}:1"]
    assert ids_in_cell(f"{JOB}\t{JOB}:1\n") == two
    assert ids_in_cell(json.dumps({"jobSummaryList": [{"jobId": one} for one in two]})) == two
    assert ids_in_cell(f'[\n    "{JOB}",\n    "{JOB}:1"\n]\n') == two
    with pytest.raises(InputError, match="line 1 of the cell holds another job id behind the first"):
        ids_in_cell(f"{JOB}\ttrain\t{JOB}:1")


def test_windows_line_ends_are_line_ends() -> None:
    """A cell pasted from another system is read the same."""
    assert ids_in_cell(f"{JOB}\r\n\r\n# x\r\n{JOB}:1\r\n") == [JOB, f"{JOB}:1"]


@given(st.lists(IDS, min_size=1, max_size=5), st.sampled_from([" ", ", ", ",", "  ", "\t"]))
def test_ids_in_a_line_come_back(ids: list[str], between: str) -> None:
    """Ids pasted into the line come back in order, with white space or commas between them."""
    assert ids_in_line(between.join(ids)) == ids


@pytest.mark.parametrize("expression", ["jobs", f"[{JOB!r}]", repr(JOB), "", ",", "jobs.head(2)", "x 1", f"x {JOB}"])
def test_an_expression_is_not_taken_for_ids(expression: str) -> None:
    """What does not begin with a job id is left to Python."""
    assert ids_in_line(expression) is None


def test_a_word_among_ids_is_kept_to_be_refused() -> None:
    """A mistyped id among ids is not dropped, nor is the account of an ARN."""
    arn = f"arn:aws:batch:mars-1:123456789012:job/{JOB}"
    words = ids_in_line(f"{arn} {JOB[:-1]}")
    assert words == [arn, JOB[:-1]]
    with pytest.raises(InputError, match=f"{JOB[:-1]}. is not a job id"):
        [parse_job_id(word) for word in words]
