"""Reading the line of a magic: every text can be typed, nothing is guessed, nothing is lost."""

from __future__ import annotations

import argparse
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.magics.parser import FlagParser, Line

# What may stand on a line; lone surrogates too, for a notebook's file may hold them.
TEXT = st.text(st.characters(exclude_characters="\n\r"))


def make_parser() -> FlagParser:
    """Return a parser with one flag of each kind."""
    parser = FlagParser("%demo", "Does nothing.", "%demo JOBS [flags]")
    parser.add_argument("--reason", "-r", metavar="TEXT", help="a text")
    parser.add_argument("--queue", "-q", action="append", metavar="QUEUE", help="a list")
    parser.add_argument("--yes", "-y", action="store_true", help="a switch")
    parser.add_argument("--wait", action="store_true", default=True, help="a switch that is on")
    parser.add_argument("--no-wait", dest="wait", action="store_false", help="and off")
    parser.add_argument("--limit", type=int, metavar="N", help="a number")
    return parser


PARSER = make_parser()


def read(line: str) -> Line:
    """Read a line with the flags of `make_parser`."""
    return PARSER.read(line)


def in_double_quotes(text: str) -> str:
    """Return text as somebody has to type it between double quotes."""
    return '"' + re.sub(r'(\\*)("|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), text) + '"'


@given(TEXT)
@example('C:\\temp\\new "x" $HOME {y} #5 --yes')
@example("ends in a backslash\\")
@example('\\"')
def test_any_text_can_be_typed_in_double_quotes(text: str) -> None:
    r"""Between double quotes, with \" for a quote, every text comes back, and nothing around it is touched."""
    line = read(f"jobs --reason {in_double_quotes(text)} --yes")
    assert (line.reason, line.yes, line.expression) == (text, True, "jobs")


@given(TEXT.filter(lambda text: "'" not in text))
@example("C:\\temp\\")
@example('say "no" to $x and {x} # not a comment')
def test_any_text_without_an_apostrophe_can_be_typed_in_single_quotes(text: str) -> None:
    """Between single quotes every character but the quote stands for itself."""
    line = read(f"-r '{text}' jobs")
    assert (line.reason, line.expression) == (text, "jobs")


@given(TEXT.filter(lambda text: "'" not in text))
def test_a_value_may_follow_an_equals_sign(text: str) -> None:
    """`--reason='…'` is the same as `--reason '…'`."""
    assert read(f"--reason='{text}'").reason == text


@given(TEXT)
def test_any_line_is_read_or_refused_in_a_sentence(line: str) -> None:
    """Whatever is typed gives values or an InputError of one line, and never ends the process."""
    try:
        read(line)
    except InputError as error:
        refusal = str(error)
    else:
        return
    assert refusal.startswith("%demo: ")
    assert len(refusal.splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "OPS-1 $HOME ${x} {x} {{x}}",
        "C:\\new\\table",
        "äöü ☃ 停止 \u202e",
        "see #5, not a comment",
        "-5 and --yes",
        "a 'word' and a \t tab",
        "  spaces kept  ",
        "100%; rm -rf `x` !ls ?",
        "[unclosed (brackets {",
    ],
)
def test_a_reason_arrives_as_it_was_typed(text: str) -> None:
    """Variables, braces, backslashes, comments, dashes and brackets inside quotes mean nothing."""
    assert read(f'jobs --reason "{text}"').reason == text


@pytest.mark.parametrize("flag", ["--reason=-x", "--reason '-x'", '-r "-x"', "-r=-x"])
def test_a_value_may_begin_with_a_dash(flag: str) -> None:
    """In quotes or after an equals sign, a dash begins a value."""
    assert read(flag).reason == "-x"


def test_a_negative_number_needs_no_quotes() -> None:
    """A dash before a digit is not a flag."""
    assert read("--limit -5").limit == -5


@pytest.mark.parametrize(
    "expression",
    [
        "jobs",
        'jobs[jobs.status == "RUNNABLE"]',
        "jobs[(jobs.status != 'RUNNING') & (jobs.arraySize >= 2)]",
        "jobs[jobs.jobName == 'it\\'s']",
        'jobs[jobs.jobName == "a\\"b"]',
        'jobs[jobs.jobName == "ends in \\\\"]',
        "jobs[-3:]",
        "jobs.iloc[ -1: ]",
        "pd.concat([ready, stuck]).query(\"jobName == 'x y'\")",
        "jobs if late else other",
        "{'jobId': ['a', 'b']}['jobId']",
        'x == "a b"',
        "11111111-2222-3333-4444-555555555555#0 11111111-2222-3333-4444-555555555555:7",
    ],
)
@pytest.mark.parametrize(
    "place", ["{} --yes --reason 'a b'", "--yes {} --reason 'a b'", "--reason 'a b' -y {}", "{} -y -r 'a b'  # why"]
)
def test_an_expression_keeps_its_quotes_brackets_and_spaces(expression: str, place: str) -> None:
    """An expression is handed on as it was typed, before, between or after the flags."""
    line = read(place.replace("{}", expression))
    assert (line.expression, line.yes, line.reason) == (expression, True, "a b")


@pytest.mark.parametrize("line", ["jobs # --yes", "jobs #--yes", "jobs\t# it's [a comment", "jobs # 'open"])
def test_a_comment_ends_the_line(line: str) -> None:
    """From a # after white space on, nothing is read, not even a flag or an open quote."""
    assert (read(line).expression, read(line).yes) == ("jobs", False)


@pytest.mark.parametrize(
    ("line", "reason"), [("jobs -r 'x';", "x"), ('jobs -r "x;"', "x;"), ("jobs -r x ;", "x"), ("jobs -r 'x;';", "x;")]
)
def test_a_semicolon_at_the_end_belongs_to_no_value(line: str, reason: str) -> None:
    """The semicolon that silences a cell does not become part of a reason or an expression."""
    assert (read(line).reason, read(line).expression) == (reason, "jobs")


def test_a_repeatable_flag_gives_a_list() -> None:
    """What may be given more than once arrives in order; what is not given is None."""
    assert read("-q a --queue=b --queue 'c d'").queue == ["a", "b", "c d"]
    assert read("").queue is None


@pytest.mark.parametrize(
    "line", ["--reason a --reason b", "-r a --reason b", "-r a -r a", "--limit 1 --limit 2", "--reason= --reason x"]
)
def test_a_second_value_is_an_error(line: str) -> None:
    """A flag that takes one value refuses two, rather than let the last win unseen."""
    with pytest.raises(InputError, match=r"%demo: --(reason|limit) is given twice\."):
        read(line)


def test_a_switch_may_be_repeated_but_not_contradicted() -> None:
    """`--yes -y` is yes; `--wait --no-wait` is an error."""
    assert read("--yes -y").yes
    assert not read("--no-wait --no-wait").wait
    with pytest.raises(InputError, match="give --wait or --no-wait, not both"):
        read("--wait --no-wait")


@pytest.mark.parametrize(("typed", "meant"), [("--reas", "--reason"), ("--y", "--yes"), ("--queues", "--queue")])
def test_an_abbreviation_is_refused_with_a_suggestion(typed: str, meant: str) -> None:
    """Half a flag is not a flag: the error names the one that was meant."""
    with pytest.raises(InputError, match=f"there is no flag {typed}. Did you mean {meant}"):
        read(f"jobs {typed} x")


@pytest.mark.parametrize("typed", ["--zzzzzz", "-z", "--yess-or-no-or-what"])
def test_an_unknown_flag_is_named(typed: str) -> None:
    """An unknown flag is an error that names it and says where help is."""
    with pytest.raises(InputError, match=f"there is no flag {typed}.*See %demo --help"):
        read(f"jobs {typed}")


def test_short_flags_are_not_run_together() -> None:
    """`-yr` is not a flag: which of two letters takes the value is not guessed."""
    with pytest.raises(InputError, match="there is no flag -yr"):
        read("jobs -yr x")


@pytest.mark.parametrize("line", ["--reason", "jobs --reason --yes", "-r", "--reason -x", "--reason # why"])
def test_a_missing_value_is_an_error(line: str) -> None:
    """A flag does not take the next flag, or a comment, for its value, and the error says how to mean it."""
    with pytest.raises(InputError, match=r"needs a value\. Put one that begins with - or # in quotes"):
        read(line)


def test_a_switch_takes_no_value() -> None:
    """`--yes=no` is an error and not a yes."""
    with pytest.raises(InputError, match="--yes takes no value"):
        read("--yes=no")


def test_a_wrong_number_is_an_error_with_the_flag() -> None:
    """A value of the wrong kind is an error that names its flag."""
    with pytest.raises(InputError, match=r"^%demo: --limit: .*'many'.*See %demo --help\.$"):
        read("--limit many")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("jobs -r don't", r"the quote ' at position 12, before 't', is not closed\. .*apostrophe in double quotes"),
        ('jobs -r "half --yes', r'the quote " at position 9, before \'half --yes\','),
        ('-r "C:\\path\\"', r'the quote " at position 4, .* is not closed\. Inside it, \\" is a quote'),
        ("jobs[jobs.x == 'y]", r"the quote ' at position 16"),
    ],
)
def test_an_open_quote_is_named_with_its_place(line: str, what: str) -> None:
    """A quote that is not closed is an error: a flag behind it must not vanish in a reason."""
    with pytest.raises(InputError, match=what):
        read(line)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("jobs -r sad:( --yes", r"the bracket \( at position 13, before ' --yes',"),
        ("jobs[1", r"the bracket \[ at position 5"),
        ("f({1: [2)} -y", r"the bracket \["),
    ],
)
def test_an_open_bracket_is_named_with_its_place(line: str, what: str) -> None:
    """A bracket that is not closed is an error: it would swallow the flags behind it."""
    with pytest.raises(InputError, match=what):
        read(line)


@pytest.mark.parametrize("line", ["--help", "-h", "jobs --help", "--yes -h --reason x"])
def test_help_is_a_flag(line: str) -> None:
    """`--help` and `-h` are read wherever they stand."""
    assert read(line).help


def test_the_help_names_every_flag() -> None:
    """The help has every spelling of every flag, what the magic does, and its usage."""
    text = PARSER.format_help()
    assert "usage: %demo JOBS [flags]" in text
    assert "Does nothing." in text
    assert all(name in text for name in PARSER.flag_names)
    assert PARSER.flag_names[:2] == ["--help", "-h"]


def test_what_was_not_given_has_its_default() -> None:
    """An empty line is all defaults and no expression."""
    line = read("   ")
    assert (line.expression, line.reason, line.yes, line.wait, line.limit) == ("", None, False, True, None)


def test_the_parser_never_ends_the_process() -> None:
    """What argparse answers by leaving the process is an InputError here."""
    parser = make_parser()
    parser.add_argument("--must", required=True)
    with pytest.raises(InputError, match=r"%demo: .*--must"):
        parser.read("")
    assert isinstance(parser, argparse.ArgumentParser)


def test_a_value_may_be_two_dashes() -> None:
    """Two dashes are a value like any other."""
    assert read("--reason='--'").reason == "--"
    assert read("--reason '--'").reason == "--"
