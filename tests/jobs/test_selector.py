"""The selector: which jobs are meant, and what is refused because it could mean too many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.selector import Selector, parse_age, selector

UUID = "11111111-2222-3333-4444-555555555555"
NOW = 1_790_000_000_000
HOUR = 3_600_000
ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/train:3"
NOVEL = "a" * 10_000 + "*"

# The letters of names that AWS allows.
names = st.text("abAB01-_", min_size=1, max_size=8)


def job(**known: Any) -> Job:
    """Return a running job of which this is known."""
    return Job(**{"job_id": UUID, "job_name": "sweep", "status": JobStatus.RUNNING, **known})


def wanted(**arguments: Any) -> Selector:
    """Return the selector for these arguments."""
    return selector(**arguments)


@pytest.mark.parametrize("arguments", [{}, dict.fromkeys(["queues", "status", "name", "tags"])])
def test_without_a_selector_all_live_jobs_are_meant(arguments: dict[str, Any]) -> None:
    """To look at: those that have ended are not among them."""
    assert selector(**arguments) == Selector(statuses=JobStatus.live())


@pytest.mark.parametrize(
    "arguments",
    [
        {"queues": "q"},
        {"status": "active"},
        {"name": "n"},
        {"name_glob": "n*"},
        {"job_definition": "d"},
        {"share": "s"},
        {"older_than": "1h"},
        {"newer_than": "1h"},
        {"running_longer_than": "1h"},
        {"tags": {"k": "v"}},
        {"children_of": UUID},
    ],
)
def test_each_selector_stands_alone(arguments: dict[str, Any]) -> None:
    """Any one selector is enough, and by itself it leaves the others open."""
    assert sum(1 for value in _set_fields(selector(**arguments)) if value not in ((), None)) <= 1


@pytest.mark.parametrize(
    "argument", ["queues", "status", "name", "name_glob", "job_definition", "share", "older_than", "children_of"]
)
@pytest.mark.parametrize("value", ["", "  ", "\n", 7, 1.5, b"x", True, object()])
def test_what_is_empty_or_no_text_is_refused(argument: str, value: Any) -> None:
    """An empty text, and what is not a text, is refused by the name of its argument."""
    with pytest.raises(InputError, match=rf"^{argument}\b"):
        selector(**{argument: value})


@pytest.mark.parametrize("argument", ["queues", "status"])
@pytest.mark.parametrize("value", [[], (), set(), [""], ["a", None], [None], [7], [["a"]]])
def test_a_list_holds_at_least_one_text_and_nothing_else(argument: str, value: Any) -> None:
    """An empty list, and one with a missing value, is refused: it is neither everything nor the rest of it."""
    with pytest.raises(InputError, match=rf"^{argument}: "):
        selector(**{argument: value})


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ({"status": "STOPPED"}, "STOPPED"),
        ({"status": ["RUNNING", "run"]}, "run"),
        ({"name": "sweep-*"}, "sweep-*"),
        ({"name_glob": "**"}, "**"),
        ({"older_than": "6"}, "6"),
        ({"newer_than": "0h"}, "0h"),
        ({"running_longer_than": "-1h"}, "-1h"),
        ({"tags": {"team": None}}, "None"),
        ({"children_of": "sweep"}, "sweep"),
        ({"children_of": f"{UUID}:1"}, ":1"),
        ({"name": "a", "limit": 0}, "0"),
    ],
)
def test_an_error_names_argument_and_value_and_what_to_do(arguments: dict[str, Any], value: str) -> None:
    """Whoever reads the error knows which argument is wrong, what was in it, and what it should be."""
    with pytest.raises(InputError) as refused:
        selector(**arguments)
    message = str(refused.value)
    assert message.startswith(tuple(f"{name}: " for name in arguments))
    assert value in message
    assert len(message) > len(value) + 30


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": NOVEL},
        {"status": NOVEL},
        {"older_than": NOVEL},
        {"tags": {NOVEL: None}},
        {"tags": NOVEL},
        {"children_of": NOVEL},
        {"name": "a", "limit": NOVEL},
        {"name_glob": "*" * 10_000},
        {"name": "<b>\n\u202e*"},
        {"status": "<b>\n\u202e"},
    ],
)
def test_an_error_does_not_repeat_a_novel(arguments: dict[str, Any]) -> None:
    """The error is one line of bounded length, however long or hostile the value."""
    with pytest.raises(InputError) as refused:
        selector(**arguments)
    assert len(str(refused.value)) < 500
    assert str(refused.value).isprintable()


def test_queues_are_a_name_or_several() -> None:
    """One queue needs no list; one that is named twice counts once; white space around a name is none of it."""
    assert wanted(queues="a").queues == wanted(queues=["a", " a "]).queues == ("a",)
    assert wanted(queues=iter(["b", "a"])).queues == ("b", "a")


def test_children_and_queues_exclude_each_other() -> None:
    """The children of one array are in no other queue."""
    with pytest.raises(InputError, match="Give children_of or queues, not both"):
        selector(children_of=UUID, queues="q")


def test_children_are_those_of_an_array() -> None:
    """The array is named by its id or its ARN; a child or a node is no array."""
    arn = f"arn:aws:batch:eu-west-1:123456789012:job/{UUID}"
    assert wanted(children_of=arn).children_of == wanted(children_of=UUID).children_of == UUID
    for part in (f"{UUID}:0", f"{UUID}#0"):
        with pytest.raises(InputError, match="the id of the array job itself"):
            selector(children_of=part)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, JobStatus.live()),
        ("active", JobStatus.live()),
        ("ALL", tuple(JobStatus)),
        ("running", (JobStatus.RUNNING,)),
        (["RUNNING", "SUBMITTED"], (JobStatus.SUBMITTED, JobStatus.RUNNING)),
        (["active", "FAILED"], (*JobStatus.live(), JobStatus.FAILED)),
        (JobStatus.FAILED, (JobStatus.FAILED,)),
        ({"RUNNING"}, (JobStatus.RUNNING,)),
    ],
)
def test_statuses_are_named_or_active_or_all(status: str | Iterable[str] | None, expected: tuple[str, ...]) -> None:
    """By default the jobs that have not ended are meant; names are read in any case, in the order of a job's life."""
    assert selector(queues="q", status=status).statuses == expected


def test_who_asks_how_long_a_job_runs_means_running_jobs() -> None:
    """Only RUNNING jobs can have run for long, unless something else is said."""
    assert wanted(running_longer_than="1h").statuses == (JobStatus.RUNNING,)
    assert wanted(running_longer_than="1h", status="FAILED").statuses == (JobStatus.FAILED,)


@settings(deadline=None)
@given(st.integers(1, 999), st.sampled_from("smhdw"), st.booleans())
def test_an_age_is_a_number_and_its_unit(number: int, unit: str, upper: bool) -> None:  # noqa: FBT001 - drawn
    """A whole number of any unit is an age, in capitals as well."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]
    text = f" {number}{unit.upper() if upper else unit}\n"
    assert parse_age("older_than", text) == timedelta(seconds=number * seconds)


@settings(deadline=None)
@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3650)))
def test_an_age_may_have_several_parts(age: timedelta) -> None:
    """Days, hours, minutes and seconds add up, and a timedelta is taken as it is."""
    rest, seconds = divmod(age.seconds, 60)
    hours, minutes = divmod(rest, 60)
    text = f"{age.days}d{hours}h{minutes}m{seconds}s"
    assert parse_age("older_than", text) == timedelta(days=age.days, seconds=age.seconds)
    assert parse_age("older_than", age) == age


@pytest.mark.parametrize(("text", "seconds"), [("1.5h", 5400), ("0.5m", 30), ("1h1h", 7200)])
def test_an_age_may_be_a_fraction(text: str, seconds: int) -> None:
    """A decimal point is read, and parts of one unit add up."""
    assert parse_age("older_than", text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "age",
    ["6", "h", "6 h", "6y", "6M o", "-6h", "+6h", "6h-", ".5h", "5.h", "1,5h", "1e3s", "\u0666h", "6h\u202e", "inf", 6],
)
def test_what_is_no_age_is_refused(age: Any) -> None:
    """A number without a unit, a sign, a foreign digit or an unknown unit is an error that shows ages."""
    with pytest.raises(InputError, match=r"older_than: .* is not an age\. Write a number and its unit: 90m, 6h, 2d"):
        parse_age("older_than", age)


@pytest.mark.parametrize("age", ["0s", "0.0000001s", timedelta(), timedelta(hours=-1)])
def test_an_age_of_nothing_is_refused(age: Any) -> None:
    """Older than nothing would be everything."""
    with pytest.raises(InputError, match=r"older_than: .*not more than 0"):
        parse_age("older_than", age)


@pytest.mark.parametrize("age", ["9" * 400 + "w", "999999999999w"])
def test_an_endless_age_is_refused(age: str) -> None:
    """An age that no calendar holds is an error, and the error is short."""
    with pytest.raises(InputError, match="too long") as refused:
        parse_age("older_than", age)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("limit", [0, -1, 1.0, "5", True])
def test_a_limit_is_a_whole_number_of_at_least_one(limit: Any) -> None:
    """Anything else is refused: False and True are no numbers of jobs."""
    with pytest.raises(InputError, match=r"limit: .* is not a whole number of at least 1"):
        selector(name="a", limit=limit)


@pytest.mark.parametrize(
    "tags", [{}, [], "team=ml", [("team", "ml")], {"team": 1}, {"team": None}, {1: "ml"}, {"": "x"}]
)
def test_tags_are_a_mapping_of_texts(tags: Any) -> None:
    """No tags at all, a key without a name and a value that is not a text are refused, not made up."""
    with pytest.raises(InputError, match=r"tags: .*'team': 'ml'"):
        selector(tags=tags)


def test_a_tag_may_have_an_empty_value() -> None:
    """AWS allows tags without a value, and to ask for one is to ask for exactly that."""
    empty = wanted(tags={"keep": ""})
    assert empty.matches(job(tags=(("keep", ""),)), NOW)
    assert not empty.matches(job(tags=(("keep", "yes"),)), NOW)


@pytest.mark.parametrize("pattern", ["*", "**", "?", "*?*", " * ", "", " "])
def test_a_glob_of_wildcards_alone_is_refused(pattern: str) -> None:
    """A pattern that fits every name is no selector."""
    with pytest.raises(InputError, match=r"^name_glob: "):
        selector(name_glob=pattern)


@pytest.mark.parametrize("name", ["sweep*", "sweep?", "sweep[0-9]", "*"])
def test_a_name_with_a_wildcard_is_refused(name: str) -> None:
    """A name is exact, so a wildcard in it is a mistake, and the error says where it belongs."""
    with pytest.raises(InputError, match=r"name: .* holds a wildcard.*Use name_glob"):
        selector(name=name)


@settings(deadline=None)
@given(names, names)
def test_a_name_is_exact(asked: str, name: str) -> None:
    """A name means itself, case and all: neither what begins with it nor what holds it."""
    assert wanted(name=asked).matches(job(job_name=name), NOW) == (asked == name)
    assert not wanted(name=asked).matches(job(job_name=asked + name), NOW)


@settings(deadline=None)
@given(names, names, names)
def test_a_glob_is_case_sensitive_and_whole(before: str, between: str, after: str) -> None:
    """A star is any text between what stands around it, and the pattern has to fit the whole name."""
    glob = wanted(name_glob=f"{before}*{after}")
    assert glob.matches(job(job_name=before + between + after), NOW)
    assert not glob.matches(job(job_name=f".{before}{between}{after}"), NOW)
    assert not glob.matches(job(job_name=f"{before}{between}{after}."), NOW)
    swapped = before.swapcase()
    assert glob.matches(job(job_name=swapped + between + after), NOW) == (swapped == before)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("sweep-?", "sweep-1", True),
        ("sweep-?", "sweep-12", False),
        ("sweep-[12]", "sweep-2", True),
        ("sweep-[!12]", "sweep-2", False),
        ("a.c", "abc", False),
        ("a|b", "a", False),
        ("swe*", "sweep\nsecond line", True),
    ],
)
def test_a_glob_is_no_regular_expression(pattern: str, name: str, *, fits: bool) -> None:
    """Wildcards are those of a shell; every other sign is itself."""
    assert wanted(name_glob=pattern).matches(job(job_name=name), NOW) == fits


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (ARN, True),
        ("train:3", True),
        ("train", True),
        ("train:30", False),
        ("train:", False),
        ("tra", False),
        ("Train", False),
        (ARN + "0", False),
        (ARN.replace("eu-west-1", "us-east-1"), False),
        ("3", False),
    ],
)
def test_a_definition_goes_by_arn_revision_or_name(asked: str, *, fits: bool) -> None:
    """A name means every revision of it, a revision that one alone, and an ARN exactly itself."""
    assert wanted(job_definition=asked).matches(job(job_definition=ARN), NOW) == fits
    assert not wanted(job_definition=asked).matches(job(job_definition=None), NOW)


@settings(deadline=None)
@given(st.integers(-10 * HOUR, 10 * HOUR), st.integers(1, 9))
def test_ages_count_from_creation_and_exclude_each_other(age_ms: int, hours: int) -> None:
    """A job is older or newer than an age, or exactly of that age: never two of these, and never neither."""
    one = job(created_at=NOW - age_ms)
    older = wanted(older_than=f"{hours}h").matches(one, NOW)
    newer = wanted(newer_than=f"{hours}h").matches(one, NOW)
    assert older == (age_ms > hours * HOUR)
    assert newer == (age_ms < hours * HOUR)


@settings(deadline=None)
@given(st.integers(-10 * HOUR, 10 * HOUR), st.sampled_from(JobStatus))
def test_only_running_jobs_run_long(age_ms: int, status: JobStatus) -> None:
    """A job runs longer than an age if it is RUNNING and started before; a start in the past is not enough."""
    one = job(status=status, started_at=NOW - age_ms)
    matches = wanted(running_longer_than="5h", status="all").matches(one, NOW)
    assert matches == (status is JobStatus.RUNNING and age_ms > 5 * HOUR)


@pytest.mark.parametrize(
    "arguments",
    [
        {"job_definition": "train"},
        {"older_than": "1h"},
        {"newer_than": "1h"},
        {"running_longer_than": "1h"},
        {"tags": {"team": "ml"}},
        {"share": "a", "children_of": UUID},
    ],
)
def test_what_is_unknown_does_not_match(arguments: dict[str, Any]) -> None:
    """A job of which the thing asked for is not known is not meant."""
    assert not selector(**arguments).matches(job(), NOW)


def test_all_tags_have_to_be_there() -> None:
    """A job has every tag that is asked for, with its value, and may have more."""
    both = wanted(tags={"team": "ml", "env": "dev"})
    assert both.matches(job(tags=(("env", "dev"), ("team", "ml"), ("x", "y"))), NOW)
    assert not both.matches(job(tags=(("env", "dev"),)), NOW)
    assert not both.matches(job(tags=(("env", "dev"), ("team", "ML"))), NOW)


def test_a_share_that_a_summary_leaves_out_is_the_one_asked_for() -> None:
    """AWS has filtered a queue by share already; only a job that says otherwise is of another."""
    share = wanted(share="a")
    assert share.matches(job(share_identifier="a"), NOW)
    assert share.matches(job(), NOW)
    assert not share.matches(job(share_identifier="b"), NOW)


FACTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "name": ("sweep", {"job_name": "other"}),
    "name_glob": ("sw*", {"job_name": "other"}),
    "job_definition": ("train", {"job_definition": "other:1"}),
    "share": ("a", {"share_identifier": "b"}),
    "older_than": ("1h", {"created_at": NOW}),
    "newer_than": ("9h", {"created_at": NOW - 10 * HOUR}),
    "running_longer_than": ("1h", {"started_at": NOW}),
    "tags": ({"team": "ml"}, {"tags": ()}),
}


@settings(deadline=None)
@given(st.sets(st.sampled_from(sorted(FACTS)), min_size=1), st.sampled_from(sorted(FACTS)))
def test_all_that_is_asked_has_to_hold(asked: set[str], wrong: str) -> None:
    """A job that is right in everything is meant; one that is wrong in one thing is, if that was not asked."""
    right = job(
        created_at=NOW - 5 * HOUR,
        started_at=NOW - 4 * HOUR,
        job_definition="train:3",
        share_identifier="a",
        tags=(("team", "ml"),),
    )
    chosen = selector(**{name: FACTS[name][0] for name in asked})
    assert chosen.matches(right, NOW)
    changed = job(**{name: getattr(right, name) for name in _KNOWN} | FACTS[wrong][1])
    touched = {"name", "name_glob"} if wrong in ("name", "name_glob") else {wrong}
    assert chosen.matches(changed, NOW) == (not touched & asked)


_KNOWN = ("created_at", "started_at", "job_definition", "share_identifier", "tags")


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        ({"job_definition": "train"}, {"job_definition": ARN}),
        ({"older_than": "1h"}, {"created_at": NOW}),
        ({"newer_than": "1h"}, {"created_at": NOW}),
        ({"running_longer_than": "1h"}, {"started_at": NOW}),
        ({"share": "a", "children_of": UUID}, {"share_identifier": "a"}),
    ],
)
def test_a_summary_lacks_only_what_is_asked_of_it(arguments: dict[str, Any], known: dict[str, Any]) -> None:
    """DescribeJobs is worth a call for a job whose summary leaves out what decides, and for no other."""
    asked = selector(**arguments)
    assert asked.lacks(job())
    assert not asked.lacks(job(**known))
    assert not wanted(name="sweep").lacks(job())


def test_a_job_that_does_not_run_lacks_no_start() -> None:
    """That a RUNNABLE job has no time of start is no gap in its summary."""
    assert not wanted(running_longer_than="1h").lacks(job(status=JobStatus.RUNNABLE))


def test_only_queues_statuses_arrays_and_a_limit_leave_every_job_in() -> None:
    """Whatever else is asked for is held against each job."""
    assert not selector(queues="q", status="all", limit=7).narrows
    assert not selector(children_of="11111111-2222-3333-4444-555555555555").narrows
    others: list[dict[str, Any]] = [
        {"name": "a"},
        {"name_glob": "a*"},
        {"job_definition": "a"},
        {"share": "a"},
        {"older_than": "1h"},
        {"newer_than": "1h"},
        {"running_longer_than": "1h"},
        {"tags": {"team": "ml"}},
    ]
    assert all(selector(**arguments).narrows for arguments in others)


def _set_fields(made: Selector) -> list[object]:
    return [getattr(made, name) for name in Selector.__dataclass_fields__ if name != "statuses"]


NAMED: dict[str, Callable[[str], dict[str, Any]]] = {
    "queues": lambda text: {"queues": text},
    "queues, one of several": lambda text: {"queues": ["train", text]},
    "name": lambda text: {"name": text},
    "name_glob": lambda text: {"name_glob": f"a{text}*"},
    "job_definition": lambda text: {"job_definition": text},
    "share": lambda text: {"share": text},
    "tags, the key": lambda text: {"tags": {text: "ml"}},
    "tags, the value": lambda text: {"tags": {"team": text}},
}


@pytest.mark.parametrize("where", NAMED)
@given(st.text(max_size=5), st.sampled_from(["$", "{", "}", "$queue", "{queue}", "${queue}"]), st.text(max_size=5))
def test_a_variable_that_nobody_expands_is_an_error(where: str, before: str, variable: str, after: str) -> None:
    """A name with `$`, `{` or `}` would match nothing: the error says so, and how a loop is written."""
    argument = where.partition(",")[0]
    with pytest.raises(
        InputError, match=rf"(?s)^{argument}: .*Variables are not expanded.*batchnb\.list_jobs\({argument}="
    ):
        selector(**NAMED[where](f"{before}{variable}{after}".replace("*", "").replace("?", "").replace("[", "")))


def test_queues_and_statuses_may_stand_behind_commas() -> None:
    """`status="RUNNABLE,PENDING"` is two statuses, as it is for the flag, and so it is of queues; a gap is an error."""
    assert wanted(status="RUNNABLE, pending").statuses == (JobStatus.PENDING, JobStatus.RUNNABLE)
    assert wanted(status=["RUNNABLE,PENDING", "FAILED"]).statuses[-1] is JobStatus.FAILED
    assert wanted(queues="a,b , c").queues == ("a", "b", "c")
    for gap in ("a,,b", ",", "a, "):
        with pytest.raises(InputError, match=r"queues: '.?' is empty"):
            wanted(queues=gap)
