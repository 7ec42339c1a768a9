"""Guards: what may never happen, in layers of which a weaker one can only tighten."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import GuardError, InputError
from batchnb.guards.caps import Cap
from batchnb.guards.carried import carry_layers
from batchnb.guards.rules import DEFAULT_MAX_JOBS, Guards, Layer, Pattern, PatternKind, combine
from batchnb.guards.settings import pattern
from batchnb.jobs.job import Job

KEEP = pattern("tag:keep=yes")
PROD = pattern("name:prod-*")


def _job(name: str = "job", queue: str = "train", **tags: str) -> Job:
    return Job("11111111-2222-3333-4444-555555555555", name, job_queue=queue, tags=tuple(sorted(tags.items())))


@pytest.mark.parametrize(
    ("text", "job", "kept"),
    [
        ("queue:train", _job(), True),
        ("queue:train", _job(queue="train-2"), False),
        ("queue:train*", _job(queue="train-2"), True),
        ("queue:arn:aws:batch:eu-west-1:123456789012:job-queue/train", _job(), True),
        ("name:prod-*", _job("prod-1"), True),
        ("name:prod-*", _job("my-prod-1"), False),
        ("name:a[1]", _job("a[1]"), True),
        ("tag:keep=yes", _job(keep="yes"), True),
        ("tag:keep=yes", _job(keep="no"), False),
        ("tag:keep=yes", _job(other="yes"), False),
        ("tag:keep", _job(keep="whatever"), True),
        ("tag:keep", _job(), False),
    ],
)
def test_a_pattern_protects_what_it_names(text: str, job: Job, kept: bool) -> None:  # noqa: FBT001
    """By queue, name or tag, with wildcards, and a name that looks like a pattern is meant as it stands, too."""
    assert pattern(text).protects(job) is kept


def test_a_job_of_which_nothing_is_known_matches_no_pattern() -> None:
    """Missing queues and tags are no reason to fail, nor to protect."""
    job = Job("id", "job")
    assert not any(pattern(text).protects(job) for text in ("queue:*", "tag:keep"))


def test_without_layers_the_defaults_hold() -> None:
    """1,000 jobs, and nothing else is forbidden."""
    assert combine([]) == Guards()
    assert combine([]).max_jobs == Cap(1000, "the built-in default")


def test_the_lowest_configured_number_holds_and_the_default_only_where_there_is_none() -> None:
    """Two files agree on the lower number; a file may allow more than the default, which the plan shows."""
    low, high = Layer("low", max_jobs=10), Layer("high", max_jobs=5000)
    assert combine([high, low]).max_jobs == Cap(10, "low") == combine([low, high]).max_jobs
    assert combine([high]).max_jobs == Cap(5000, "high", ((1000, "the built-in default"),))


def test_what_is_typed_may_be_more_and_says_over_what() -> None:
    """A number given where the plan is made holds, and names every lower one that it was raised over."""
    typed, project = Layer("a flag", is_explicit=True, max_jobs=2000), Layer("pyproject", max_jobs=100)
    cap = combine([typed, project]).max_jobs
    assert cap == Cap(2000, "a flag", ((100, "pyproject"), (1000, "the built-in default")))
    assert str(cap) == "2,000 (a flag, raised over 100 (pyproject) and 1,000 (the built-in default))"
    assert combine([Layer("a flag", is_explicit=True, max_jobs=5), project]).max_jobs == Cap(5, "a flag")


def test_a_protection_is_lifted_only_by_its_own_name() -> None:
    """Naming one pattern lifts that one, wherever it was set, and no other."""
    typed = Layer("a flag", is_explicit=True, unprotect=(KEEP,))
    held = combine([typed, Layer("project", protect=(KEEP, PROD)), Layer("user", protect=(KEEP,))])
    assert held.protect == ((PROD, "project"),)
    assert held.lifted == ((KEEP, "project"), (KEEP, "user"))


def test_to_lift_a_protection_that_is_not_there_is_an_error() -> None:
    """A pattern with a typo lifts nothing, and says which there are."""
    typed = Layer("a flag", is_explicit=True, unprotect=(pattern("tag:keep=no"),))
    with pytest.raises(InputError, match=r"protected by tag:keep=no\. The patterns that are: tag:keep=yes"):
        combine([typed, Layer("project", protect=(KEEP,))])


def test_a_configured_layer_lifts_nothing() -> None:
    """Even a layer that was built by hand lifts a protection only where it was typed."""
    held = combine([Layer("project", unprotect=(KEEP,)), Layer("user", protect=(KEEP,))])
    assert held.protect == ((KEEP, "user"),)


@pytest.mark.parametrize(
    ("check", "guard", "words"),
    [
        (
            lambda: combine([Layer("/p/pyproject.toml", max_jobs=5)]).check_count(6),
            "max_jobs",
            ["6 jobs", "/p/pyproject.toml allows 5", "--max-jobs 6", "max_jobs=6"],
        ),
        (
            lambda: combine([Layer("user", max_percent=50)]).check_share("train", 6, 10),
            "max_percent",
            ["6 of 10 live jobs of queue train", "60 %", "user allows 50 %", "--max-percent"],
        ),
        (
            lambda: combine([Layer("project", protect=(KEEP,))]).check_unprotected([_job(), _job(keep="yes")]),
            "protect",
            ["(job)", "project protects by tag:keep=yes", "unprotect='tag:keep=yes'", '--unprotect "tag:keep=yes"'],
        ),
        (
            lambda: combine([Layer("project", accounts=("123456789012",))]).check_account("210987654321"),
            "accounts",
            ["210987654321", "project allows only 123456789012"],
        ),
        (lambda: combine([Layer("BATCHNB_READ_ONLY=1", read_only=True)]).check_read_only(), "read_only", ["_ONLY=1"]),
    ],
)
def test_a_refusal_names_guard_layer_number_and_way_forward(check: object, guard: str, words: list[str]) -> None:
    """Whoever is refused learns what holds, who set it, by how much it was missed, and what to type."""
    assert callable(check)
    with pytest.raises(GuardError) as caught:
        check()
    message = str(caught.value)
    assert message.startswith(f"{guard}: ")
    assert message.endswith("Nothing was ended.")
    assert all(word in message for word in words), message
    assert (caught.value.guard, bool(caught.value.layer)) == (guard, True)


def test_what_is_allowed_passes() -> None:
    """At the limit nothing is refused, and an empty queue is no division by zero."""
    held = combine([Layer("project", max_jobs=5, max_percent=50, accounts=("1",), protect=(KEEP,))])
    held.check_count(5)
    held.check_share("train", 5, 10)
    held.check_share("train", 0, 0)
    held.check_account("1")
    held.check_unprotected([_job()])
    held.check_read_only()


def test_every_layer_has_to_allow_the_account() -> None:
    """Two lists allow what is in both, and an unknown account is in none."""
    held = combine([Layer("a", accounts=("1", "2")), Layer("b", accounts=("2", "3"))])
    held.check_account("2")
    for account in ("1", "3", None):
        with pytest.raises(GuardError):
            held.check_account(account)


def test_an_unknown_account_may_be_production() -> None:
    """Where the account cannot be told and some are production, the number has to be typed."""
    held = combine([Layer("project", production_accounts=("1",))])
    assert [held.is_production(account) for account in ("1", "2", None)] == [True, False, True]
    assert not combine([]).is_production(None)


# --- no guard is weakened by a weaker layer -------------------------------------------------------------------------

patterns = st.builds(
    Pattern, st.sampled_from(PatternKind), st.sampled_from(["a", "b*", "*"]), st.sampled_from(["keep", "x"])
)
account_ids = st.sampled_from(["1", "2", "3"])
configured = st.builds(
    Layer,
    st.sampled_from(["config", "project", "user"]),
    max_jobs=st.none() | st.integers(0, 5000),
    max_percent=st.none() | st.floats(1, 100),
    protect=st.lists(patterns, max_size=3).map(tuple),
    accounts=st.none() | st.lists(account_ids, min_size=1).map(tuple),
    production_accounts=st.lists(account_ids, max_size=2).map(tuple),
    read_only=st.booleans(),
)
typed_layers = st.builds(
    Layer,
    st.just("a flag"),
    st.just(True),  # noqa: FBT003 - of a builder
    max_jobs=st.none() | st.integers(0, 5000),
    max_percent=st.none() | st.floats(1, 100),
    protect=st.lists(patterns, max_size=3).map(tuple),
)
jobs = st.builds(
    Job,
    st.just("id"),
    st.sampled_from(["a", "b1", "c"]),
    job_queue=st.sampled_from(["a", "b1", "c"]),
    tags=st.lists(st.tuples(st.sampled_from(["keep", "x"]), st.sampled_from(["a", "b1"])), max_size=2).map(tuple),
)


@given(st.lists(typed_layers, max_size=1), st.lists(configured, max_size=3), configured, jobs, account_ids)
def test_no_guard_is_weakened_by_a_weaker_layer(
    typed: list[Layer], stronger: list[Layer], weaker: Layer, job: Job, account: str
) -> None:
    """Adding a layer below the others never allows what was forbidden, but for a first number above the default."""
    before, after = combine([*typed, *stronger]), combine([*typed, *stronger, weaker])

    if any(layer.max_jobs is not None for layer in [*typed, *stronger]):
        assert after.max_jobs.value <= before.max_jobs.value
    elif after.max_jobs.value > DEFAULT_MAX_JOBS:
        assert (DEFAULT_MAX_JOBS, "the built-in default") in after.max_jobs.raised_over
    if before.max_percent is not None:
        assert after.max_percent is not None
        assert after.max_percent.value <= before.max_percent.value
    assert set(before.protect) <= set(after.protect)
    assert before.protection_of(job) is None or after.protection_of(job) is not None
    assert not before.read_only or after.read_only
    assert not before.is_production(account) or after.is_production(account)
    if _refuses(before, account):
        assert _refuses(after, account)


@given(st.lists(configured, max_size=4))
def test_raising_is_always_shown(layers: list[Layer]) -> None:
    """A typed number above a configured one names it, so that the plan can."""
    held = combine([Layer("a flag", is_explicit=True, max_jobs=6000), *layers])
    over = {source: value for value, source in held.max_jobs.raised_over}
    assert {layer.source for layer in layers if layer.max_jobs is not None} <= set(over)


@given(
    st.lists(typed_layers, max_size=1),
    st.lists(configured, max_size=3),
    st.lists(configured, max_size=3),
    jobs,
    account_ids,
)
def test_a_plan_takes_along_what_protects_and_nothing_that_widens(
    typed: list[Layer], then: list[Layer], now: list[Layer], job: Job, account: str
) -> None:
    """Under the guards of now and those that a plan brings, nothing is allowed that either of them forbids."""
    made, here = combine([*typed, *then]), combine(now)
    held = combine([*now, *carry_layers(made)])

    bound = min(made.max_jobs.value, combine(then).max_jobs.value)
    assert held.max_jobs.value == min(bound, here.max_jobs.value)
    for cap in (made.max_percent, combine(then).max_percent, here.max_percent):
        assert cap is None or (held.max_percent is not None and held.max_percent.value <= cap.value)
    for one in (made, here):
        assert one.protection_of(job) is None or held.protection_of(job) is not None
        assert not one.read_only or held.read_only
        assert not one.is_production(account) or held.is_production(account)
        assert not _refuses(one, account) or _refuses(held, account)
    # Carried again, as by a file of a file, it is the same.
    again = combine([*now, *carry_layers(held)])
    assert (again.max_jobs.value, again.max_percent and again.max_percent.value) == (
        held.max_jobs.value,
        held.max_percent and held.max_percent.value,
    )
    assert {pattern for pattern, _ in again.protect} == {pattern for pattern, _ in held.protect}


def test_a_protection_that_was_lifted_holds_again_where_the_plan_goes() -> None:
    """Whoever executes it elsewhere has to lift it again, whether or not it is configured there."""
    typed = Layer("a flag", is_explicit=True, unprotect=(KEEP,))
    made = combine([typed, Layer("project", protect=(KEEP,))])
    assert combine(carry_layers(made)).protect == ((KEEP, "project (when the plan was made)"),)
    assert combine([typed, *carry_layers(made)]).protect == ()


def _refuses(held: Guards, account: str) -> bool:
    try:
        held.check_account(account)
    except GuardError:
        return True
    return False


def test_every_guard_of_a_layer_is_combined() -> None:
    """A guard that is added to the layers is not forgotten where they are combined."""
    names = {field.name for field in fields(Layer)} - {"source", "is_explicit", "is_carried", "unprotect"}
    told = {"full_evidence": "evidence"}  # the one setting by another name
    assert names == {told.get(field.name, field.name) for field in fields(Guards)} - {"lifted"}
