"""What a plan says of its guards: all that hold and who set each, and a typed protection that keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.guards.lines import LINE_LENGTH, guards_in_force, useless_protections
from batchnb.guards.rules import Guards, Layer, Pattern, PatternKind, combine
from batchnb.guards.settings import FLAGS, KEYWORDS, layer, pattern
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts, plan_html, plan_text, plan_warnings
from batchnb.text import shown
from batchnb.widget.review import Review
from tests.model.test_report_view import HOSTILE
from tests.plans import make_plan

FLAG = Layer(FLAGS, is_explicit=True)


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock, *layers: Layer) -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, layers=layers)


def _typed(*patterns: str) -> Guards:
    return combine([layer(FLAGS, {"protect": list(patterns)}, explicit=True)])


def _job(name: str = "pretrain-001", queue: str = "train-gpu", **tags: str) -> Job:
    return Job("11111111-2222-3333-4444-555555555555", name, job_queue=queue, tags=tuple(sorted(tags.items())))


# --- which guards are in force ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([], ["none configured; max_jobs 1,000 by default"]),
        ([Layer("project", max_jobs=500)], ["max_jobs 500 (project)"]),
        (
            [layer("project", {"max_jobs": 500}), layer("the user file u", {"protect": ["queue:live", "name:prod-*"]})],
            ["max_jobs 500 (project), protect queue:live, name:prod-* (the user file u)"],
        ),
        (
            [layer("user", {"protect": "tag:keep"}), layer("project", {"protect": "tag:keep"})],
            ["max_jobs 1,000 by default, protect tag:keep=* (user), protect tag:keep=* (project)"],
        ),
        (
            [
                layer("p", {"accounts": ["1" * 12, "2" * 12], "production_accounts": "1" * 12}),
                layer("u", {"read_only": True, "max_percent": 12.5, "accounts": ["1" * 12]}),
            ],
            [
                (
                    f"max_jobs 1,000 by default, read_only (u), max_percent 12.5 (u), "
                    f"accounts {'1' * 12}, {'2' * 12} (p), accounts {'1' * 12} (u), production_accounts {'1' * 12} (p)"
                )
            ],
        ),
        ([Layer(FLAGS, is_explicit=True, max_jobs=5000)], ["max_jobs 5,000 (a flag)"]),
    ],
)
def test_each_guard_is_said_with_its_source(layers: list[Layer], said: list[str]) -> None:
    """Whoever reads a plan learns what holds and where to change it, also where nothing is configured."""
    assert guards_in_force(combine(layers)) == said


texts = st.text(min_size=1, max_size=600)


@given(st.lists(st.builds(Pattern, st.sampled_from(PatternKind), texts, texts), max_size=40), texts)
def test_lines_are_bounded_and_on_one_line_each(patterns: list[Pattern], source: str) -> None:
    """However many patterns there are, and whatever they hold, no view has to cut a line, and none is left out."""
    held = combine([Layer(source, protect=tuple(patterns))])
    lines = guards_in_force(held)
    assert all(len(line) <= LINE_LENGTH for line in lines)
    assert all(shown(line, LINE_LENGTH) == line for line in lines)
    assert len("".join(lines)) >= sum(min(len(str(one)), 100) for one, _ in held.protect)


def test_every_form_of_a_plan_says_it(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path, journals: Path
) -> None:
    """Text, HTML, the picker and the journal name the guards in force and the file that set them."""
    user_file.parent.mkdir()
    user_file.write_text("max_jobs = 50\nprotect = ['queue:live']\n")
    plan = _plan(gateway, [emulator.world.add_job("train", "job")], clock)
    said = f"max_jobs 50 (the user file {user_file}), protect queue:live (the user file {user_file})"

    assert f"Guards  {said}" in plan_text(plan)
    assert said in plan_html(plan)
    told = Review(plan, confirm_above=0, is_production=False).told()
    assert ("Guards", said) in told["facts"]
    plan.execute(clock=clock)
    header = json.loads(next(journals.glob("*.jsonl")).read_text().splitlines()[0])
    assert header["guards"]["max_jobs"]["source"] == f"the user file {user_file}"
    assert header["guards"]["protect"] == [{"pattern": "queue:live", "source": f"the user file {user_file}"}]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_guards_are_text(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, text: str) -> None:
    """Patterns and the paths of files may hold anything; a plan shows them as text, bounded."""
    typed = Layer(f"{FLAGS} {text}", is_explicit=True, protect=(Pattern(PatternKind.TAG, text or "x", text or "x"),))
    tags = {"a": text[:200].replace("\ud800", "")} if text else {}
    plan = _plan(gateway, [emulator.world.add_job("train", "job", tags=tags)], clock, typed)
    plain, html = plan_text(plan), plan_html(plan)
    assert len(plain + html) < 20_000
    assert not {"\u202e", "\u200b", "\x1b", "\x00", "\r"} & set(plain + html)
    assert "<script" not in html


# --- a typed protection that protects nothing ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("queue:train-gpuu", "Did you mean queue:train-gpu?"),
        ("queue:tarin-gpu", "Did you mean queue:train-gpu?"),
        ("queue:Train-GPU", "Case counts: did you mean queue:train-gpu?"),
        ("queue:TRAIN-*", "Case counts: did you mean queue:train-gpu?"),
        ("name:Pretrain-*", "Case counts: did you mean name:pretrain-001?"),
        ("name:pertrain-001", "Did you mean name:pretrain-001?"),
        ("tag:Keep=yes", "Case counts: did you mean tag:keep=yes?"),
        ("tag:keep=Yes", "Case counts: did you mean tag:keep=yes?"),
        ("tag:keeep=yes", "Did you mean tag:keep=yes?"),
        ("tag:keep=yse", "Did you mean tag:keep=yes?"),
        ("tag:Keep", "Case counts: did you mean tag:keep=yes?"),
        ("queue:elsewhere", ""),
    ],
)
def test_a_typed_protection_that_protects_nothing_says_what_was_meant(text: str, meant: str) -> None:
    """A typing error, a wrong case: the plan says that no job is kept, and names what there is."""
    (said,) = useless_protections(_typed(text), [_job(keep="yes", team="ml"), _job("other", "reports")])
    assert said == f"protect {pattern(text)} (a flag) protects none of the plan's jobs. {meant}".strip()


@pytest.mark.parametrize("text", ["queue:train-gpu", "queue:t*", "name:pre*", "tag:keep", "tag:keep=y*"])
def test_a_protection_that_protects_a_job_says_nothing(text: str) -> None:
    """What keeps a single job is no typing error."""
    assert useless_protections(_typed(text), [_job("other", "reports"), _job(keep="yes")]) == []


@pytest.mark.parametrize("source", ["%config BatchMagics", "[tool.batchnb] in p", "the user file u"])
def test_a_configured_protection_need_not_protect_anything(source: str) -> None:
    """What is configured is for many plans, and most have no job of that kind."""
    assert useless_protections(combine([layer(source, {"protect": "queue:live"})]), [_job()]) == []


def test_what_a_keyword_protects_is_told_as_well() -> None:
    """Typed is typed, by a flag or in Python; and where there is no job, none can be named."""
    held = combine([layer(KEYWORDS, {"protect": "queue:live"}, explicit=True)])
    assert useless_protections(held, []) == [
        "protect queue:live (a keyword argument) protects none of the plan's jobs."
    ]


def test_a_plan_warns(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The plan itself says it, and not where a dependent, or an array that is not in the plan, is what is protected."""
    world = emulator.world
    first = world.add_job("train", "first")
    world.add_job("train", "second", status="PENDING", depends_on=[first])
    array = world.add_job("train", "array", array_size=2, child_status="RUNNING", tags={"keep": "yes"})

    def warnings(*patterns: str) -> list[str]:
        typed = layer(FLAGS, {"protect": list(patterns)}, explicit=True)
        plan = _plan(gateway, [first, f"{array}:0"], clock, typed)
        assert [text for title, text in plan_facts(plan) if title == "Guard"][: len(plan_warnings(plan))] == (
            plan_warnings(plan)
        )
        return plan_warnings(plan)

    assert warnings("queue:trian") == [
        "protect queue:trian (a flag) protects none of the plan's jobs. Did you mean queue:train?"
    ]
    assert warnings("name:second") == []
    assert warnings("tag:keep=yes") == []
