"""Expectation: these jobs or fewer, never others; and what differs is named job by job."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.guards.rules import Layer
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.place import Place
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.expectation import check_expected, differences, name_dropped, read_expectation
from batchnb.model.plan import Plan
from batchnb.model.ticket import ticket
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.run_reader import read_run
from tests.plans import make_plan

HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
ENDS = {Verdict.TERMINATE, Verdict.CANCEL, Verdict.COVERED}


def _plan(verdicts: dict[str, Verdict], *, reason: str = "OPS-1", identity: Place = HERE) -> Plan:
    jobs = tuple(PlannedJob(job_id, verdict, _job(job_id)) for job_id, verdict in verdicts.items())
    return Plan(reason, identity, jobs, datetime(2026, 1, 1, tzinfo=UTC), None)


def _job(job_id: str, **known: Any) -> Job:
    shape: dict[str, Any] = {"job_queue": "train", "job_definition": "train:1", **known}
    return Job(job_id, f"name-{job_id}", JobStatus.RUNNING, **shape)


def _check(plan: Plan, expect: Any) -> tuple[str, ...]:
    def load(_path: object) -> Plan:
        raise AssertionError("no file is to be read")

    return check_expected(plan, read_expectation(expect, load))


SEEN = _plan({"a": Verdict.TERMINATE, "b": Verdict.TERMINATE, "c": Verdict.CANCEL})


@pytest.mark.parametrize(
    "expect",
    [
        *(None, 3, "3", " 3 ", SEEN, SEEN.digest, SEEN.digest[:8], SEEN.digest[:8].upper(), dataclasses.replace(SEEN)),
        *((SEEN, 3), (SEEN, "3"), [SEEN, 3], (SEEN.digest, 3), f"{SEEN.digest},3", f" {SEEN.digest[:12]} , 3 "),
    ],
)
def test_the_expected_plan_passes(expect: Any) -> None:
    """Nothing in particular, the number, the digest, its beginning, the plan itself, and these with the number."""
    assert _check(SEEN, expect) == ()


# --- these or fewer -------------------------------------------------------------------------------------------------


def test_fewer_jobs_pass_and_those_that_dropped_out_are_named() -> None:
    """A job that has ended, and one that is not in the plan any more, with what became of it, where that is known."""
    now = _plan({"a": Verdict.TERMINATE, "b": Verdict.FINISHED})
    (sentence,) = _check(now, SEEN)
    assert sentence.startswith("Dropped out of the expected plan: 2 jobs: ")
    assert "b (name-b) is 'finished' (RUNNING)" in sentence
    assert "c (name-c) is not in this plan" in sentence


@pytest.mark.parametrize(("before", "now"), [("cancel", "terminate"), ("terminate", "cancel")])
def test_a_job_that_moved_on_is_the_same_job(before: str, now: str) -> None:
    """RUNNABLE when it was seen, RUNNING now, or tried again: that is a job's life."""
    assert _check(_plan({"a": Verdict(now)}), _plan({"a": Verdict(before)})) == ()


@pytest.mark.parametrize("before", sorted(set(Verdict) - ENDS))
def test_a_job_that_was_not_shown_as_one_to_end_stops_the_run(before: Verdict) -> None:
    """It was in the plan, and left out: protected, finished, already stopping, or not found."""
    with pytest.raises(PlanMismatchError, match=rf"1 job changed: a \(name-a\) was '{before}'.* and is 'terminate'"):
        _check(_plan({"a": Verdict.TERMINATE}), _plan({"a": before}))


def test_what_is_new_and_changed_is_named() -> None:
    """Each job that differs is named with its name, and a changed one with what it was and is."""
    before = _plan({"a": Verdict.TERMINATE, "b": Verdict.FINISHED})
    now = _plan({"a": Verdict.TERMINATE, "b": Verdict.TERMINATE, "d": Verdict.CANCEL})
    with pytest.raises(PlanMismatchError) as caught:
        _check(now, before)
    assert str(caught.value).splitlines()[1:] == [
        "  1 job new: d (name-d).",
        "  1 job changed: b (name-b) was 'finished' (RUNNING) and is 'terminate' (RUNNING).",
        "Nothing was ended.",
    ]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (_job("a")._replace(job_name="other"), "had the name 'name-a' and has 'other'"),
        (_job("a", job_queue="other"), "had the queue 'train' and has 'other'"),
        (_job("a", job_definition="train:2"), "had the definition 'train:1' and has 'train:2'"),
        (_job("a", array_size=3), "had the array size 2 and has 3"),
        (_job("a", array_size=2, num_nodes=2), "had the number of nodes None and has 2"),
        (_job("a", array_size=2, children=(("RUNNING", 2),)), "had 1 live children and has 2"),
    ],
)
def test_a_job_that_is_another_now_stops_the_run(now: Job, words: str) -> None:
    """The id alone is not the job: not with another name, queue, definition or size."""
    was = _job("a", array_size=2, children=(("RUNNING", 1), ("FAILED", 1)))
    before, plan = (
        dataclasses.replace(SEEN, jobs=(PlannedJob("a", Verdict.TERMINATE, job),))
        for job in (was, now if now.array_size else now._replace(array_size=2))
    )
    with pytest.raises(PlanMismatchError, match=f"1 job changed: a .* {words}"):
        _check(plan, before)


def test_fewer_live_children_are_fewer() -> None:
    """An array of which some children have ended since is the same array."""
    was, now = (_job("a", array_size=3, children=(("RUNNING", live), ("FAILED", 3 - live))) for live in (3, 1))
    before, plan = (dataclasses.replace(SEEN, jobs=(PlannedJob("a", Verdict.TERMINATE, job),)) for job in (was, now))
    assert _check(plan, before) == ()


def test_another_reason_or_place_is_named() -> None:
    """The same jobs for another reason, or in another Region, are another plan."""
    verdicts = {one.job_id: one.verdict for one in SEEN.jobs}
    assert differences(_plan(verdicts, reason="OPS-2"), SEEN) == ["The reason is 'OPS-2', and was 'OPS-1'."]
    elsewhere = dataclasses.replace(HERE, region="eu-west-2")
    (sentence,) = differences(_plan(verdicts, identity=elsewhere), SEEN)
    assert "eu-west-2" in sentence
    assert "eu-west-1" in sentence


def test_a_new_dependent_is_named_and_a_known_one_is_not() -> None:
    """What fails with the jobs was seen, too; where that cannot be found out now, it may be more."""
    waiting = Dependent("w", _job("w"), "a")
    knows = dataclasses.replace(SEEN, dependents=Dependents((waiting,)))
    assert differences(knows, knows) == []
    assert differences(knows, SEEN) == ["1 dependent new, which would fail: w (name-w)."]
    blind = dataclasses.replace(SEEN, dependents=Dependents(gap="The dependents are not known: denied"))
    assert differences(blind, blind) == []
    assert "not known whether there are new dependents" in "".join(differences(blind, knows))
    planned = dataclasses.replace(knows, jobs=(*SEEN.jobs, PlannedJob("w", Verdict.CANCEL, _job("w"))))
    assert (
        differences(dataclasses.replace(planned, jobs=SEEN.jobs), dataclasses.replace(planned, dependents=Dependents()))
        == []
    )


def test_many_differences_are_counted_and_some_are_named() -> None:
    """7,000 new jobs make one readable line, whatever their names hold, and so do 7,000 that have ended."""
    many = {f"{number}": Verdict.CANCEL for number in range(7000)}
    (sentence,) = differences(_plan(many), _plan({}))
    assert sentence.startswith("7,000 jobs new: 0 (name-0); ")
    assert sentence.endswith(", and 6,995 more.")
    (sentence,) = name_dropped(_plan({}), _plan(many))
    assert sentence.endswith(", and 6,980 more.")
    hostile = PlannedJob("x", Verdict.CANCEL, Job("x", "<b>\n" + "y" * 10_000))
    (sentence,) = differences(dataclasses.replace(SEEN, jobs=(hostile,)), _plan({}))
    assert "\n" not in sentence
    assert len(sentence) < 200


@given(*[st.dictionaries(st.sampled_from("abcde"), st.sampled_from(Verdict), max_size=5)] * 2)
def test_a_plan_passes_exactly_where_it_ends_nothing_that_was_not_shown(
    now: dict[str, Verdict], before: dict[str, Verdict]
) -> None:
    """Never others: of what is asked for now, every job was shown as one that ends. What is missing now is named."""
    sent = {job_id for job_id, verdict in now.items() if verdict.is_sent}
    shown_to_end = {job_id for job_id, verdict in before.items() if verdict in ENDS}
    assert bool(differences(_plan(now), _plan(before))) == bool(sent - shown_to_end)
    missing = [job_id for job_id, verdict in before.items() if verdict.is_sent and now.get(job_id) not in ENDS]
    text = "".join(name_dropped(_plan(now), _plan(before)))
    assert all(f"{job_id} (name-{job_id})" in text for job_id in missing)
    assert bool(text) == bool(missing)


# --- numbers and digests --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expect", [2, "0" * 12])
def test_a_number_or_digest_that_is_wrong_says_what_the_plan_has(expect: Any) -> None:
    """Where only a number is known, the error counts what is there by verdict."""
    with pytest.raises(PlanMismatchError, match=r"Its jobs now: 2 terminate, 1 cancel\. .*Nothing was ended\."):
        _check(SEEN, expect)


@pytest.mark.parametrize("count", [2, "2", "4", 0])
def test_the_number_with_a_plan_is_that_of_the_plan(count: Any) -> None:
    """It was read from the plan that was reviewed; fewer jobs may end by now, another number was not in it."""
    now = _plan({"a": Verdict.TERMINATE, "b": Verdict.TERMINATE})
    assert _check(now, (SEEN, 3))
    with pytest.raises(PlanMismatchError, match=f"{count} jobs were expected, and the expected plan ends 3"):
        _check(now, (SEEN, count))


@pytest.mark.parametrize(
    "expect",
    [
        *(
            3.0,
            float("inf"),
            True,
            b"3",
            ["a"],
            "plan",
            (),
            (SEEN,),
            (SEEN, 3, 3),
            (SEEN, None),
            (SEEN, True),
            (SEEN, "x"),
        ),
        *((3, 3), (None, 3), "3f2a,3", ",3", "plan,66", f"{SEEN.digest[:8]},", f"{SEEN.digest[:8]},3.0"),
    ],
)
def test_what_is_no_expectation_is_an_error(expect: Any) -> None:
    """A float is what papermill makes of a digest such as 12e45678: it is refused, and never taken for a number."""
    with pytest.raises(InputError, match="neither a number of jobs nor the first 8"):
        _check(SEEN, expect)


def test_a_path_and_a_number_are_told_apart_whatever_the_file_is_called() -> None:
    """Commas in names, thousands in numbers, spaces around: the path is what stands before the number."""
    for text, path, count in (
        ("plan.json,66", "plan.json", 66),
        (" a b.json , 1,042 ", "a b.json", 1042),
        ("a,1.json,2", "a,1.json", 2),
        ("a,1.json", "a,1.json", None),
        ("/tmp/x,66.json", "/tmp/x,66.json", None),  # noqa: S108 - only a name
    ):
        asked: list[object] = []

        def load(found: object, asked: list[object] = asked) -> Plan:
            asked.append(found)
            return SEEN

        expectation = read_expectation(text, load)
        assert expectation is not None
        assert (asked, expectation.count) == ([path], count)


# --- over the wire --------------------------------------------------------------------------------------------------


def _ids(emulator: local.LocalBatch, count: int) -> list[JobId]:
    return [JobId(job_id) for job_id in emulator.world.add_jobs("train", "job", count)]


def _asked_for(emulator: local.LocalBatch) -> set[str]:
    requests = [call.request for call in emulator.calls if "Terminate" in call.operation]
    return {job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])}


Forms = Callable[[Plan, Path], Any]
FORMS: dict[str, Forms] = {
    "plan": lambda plan, _path: plan,
    "path": lambda _plan, path: path,
    "text": lambda _plan, path: str(path),
    "digest": lambda plan, _path: plan.digest,
    "prefix": lambda plan, _path: plan.digest[:8],
    "pair": lambda plan, path: (str(path), len(plan.to_end)),
    "pair as text": lambda plan, path: f"{path},{len(plan.to_end)}",
    "digest and number": lambda plan, _path: f"{plan.digest[:12]},{len(plan.to_end)}",
}


@pytest.mark.parametrize("form", FORMS)
def test_jobs_that_ended_meanwhile_drop_out_and_are_in_the_report(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path, form: str
) -> None:
    """One has ended, one has started: the others are ended, and the report and its journal name the first."""
    ids = _ids(emulator, 3)
    waiting = JobId(emulator.world.add_job("train", "waiting", status="RUNNABLE"))
    seen = make_plan(gateway, [*ids, waiting], "OPS-1", clock)
    seen.save(tmp_path / "plan.json")
    emulator.world.schedule(0, ids[0].job_id, "SUCCEEDED")
    emulator.world.schedule(0, waiting.job_id, "RUNNING")
    clock.sleep(1)

    report = make_plan(gateway, [*ids, waiting], "OPS-1", clock).execute(
        expect=FORMS[form](seen, tmp_path / "plan.json"), clock=clock
    )

    assert _asked_for(emulator) == {ids[1].job_id, ids[2].job_id, waiting.job_id}
    (note,) = report.plan.notes
    assert f"Dropped out of the expected plan: 1 job: {ids[0].job_id} " in note
    assert note in str(report)
    assert note[:80] in ticket(report)
    assert read_run(str(report.run_id)).plan.notes == (note,)


@pytest.mark.parametrize("form", FORMS)
def test_a_job_that_was_not_seen_is_not_ended(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path, form: str
) -> None:
    """One more than was seen: nothing is ended at all, and the new one is named."""
    *ids, late = _ids(emulator, 3)
    seen = make_plan(gateway, ids, "OPS-1", clock)
    seen.save(tmp_path / "plan.json")
    with pytest.raises(PlanMismatchError, match=f"1 job new: {late.job_id}"):
        make_plan(gateway, [*ids, late], "OPS-1", clock).execute(
            expect=FORMS[form](seen, tmp_path / "plan.json"), clock=clock
        )
    assert _asked_for(emulator) == set()


def test_a_dependent_that_was_not_seen_stops_the_run_though_the_digest_is_the_same(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The digest says nothing of dependents; the plan that was shown under it, which is at hand, does."""
    (first,) = _ids(emulator, 1)
    seen = make_plan(gateway, [first], "OPS-1", clock)
    emulator.world.add_job("train", "late", status="PENDING", depends_on=[first.job_id])
    again = make_plan(gateway, [first], "OPS-1", clock)
    assert again.digest == seen.digest
    with pytest.raises(PlanMismatchError, match=r"1 dependent new, which would fail: [0-9a-f-]+ \(late\)"):
        again.execute(expect=seen.digest, clock=clock)
    assert _asked_for(emulator) == set()
    assert make_plan(gateway, [first], "OPS-1", clock).execute(expect=again.digest, clock=clock).ok


def test_the_number_in_a_saved_plan_counts_as_typed_in_production(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path
) -> None:
    """The path alone does not; with the number of jobs in it, it does, and fewer may end by now."""
    ids = _ids(emulator, 3)
    path = str(tmp_path / "plan.json")
    make_plan(gateway, ids, "OPS-1", clock).save(path)
    emulator.world.schedule(0, ids[0].job_id, "SUCCEEDED")
    clock.sleep(1)
    production = Layer("a test", production_accounts=("000000000000",))

    def plan() -> Plan:
        return make_plan(gateway, ids, "OPS-1", clock, layers=[production])

    with pytest.raises(GuardError, match="production_accounts"):
        plan().execute(expect=path, clock=clock)
    for wrong in ((path, 2), f"{path},2"):
        with pytest.raises(PlanMismatchError, match=r"2 jobs were expected, and .*plan\.json ends 3"):
            plan().execute(expect=wrong, clock=clock)
    assert _asked_for(emulator) == set()
    assert plan().execute(expect=f"{path},3", clock=clock).ok


def test_an_array_is_one_in_every_number(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The number to expect is the one on the button: requests, not children."""
    array = JobId(emulator.world.add_job("train", "array", array_size=5))
    plan = make_plan(gateway, [array, *_ids(emulator, 1)], "OPS-1", clock)
    with pytest.raises(PlanMismatchError, match="6 jobs were expected, and the plan ends 2"):
        plan.execute(expect=6, clock=clock)
    assert plan.execute(expect=2, clock=clock).ok


def test_the_guards_of_an_expected_plan_do_not_hold(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path
) -> None:
    """Made to be looked at, with the lowest of limits: it says what is meant, and who executes says what is allowed."""
    ids = _ids(emulator, 3)
    to_look_at = make_plan(gateway, ids, "OPS-1", clock, layers=[Layer("a test", read_only=True, max_jobs=1)])
    to_look_at.save(tmp_path / "plan.json")
    assert make_plan(gateway, ids, "OPS-1", clock).execute(expect=tmp_path / "plan.json", clock=clock).ok


def test_a_saved_plan_is_expected_by_its_path(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path
) -> None:
    """As text or as a path; one that was edited, or is not there, expects nothing at all."""
    ids = _ids(emulator, 3)
    path = tmp_path / "plan.json"
    make_plan(gateway, ids, "OPS-1", clock).save(path)
    for expect in (path, str(path)):
        make_plan(gateway, ids, "OPS-1", clock).check_expected(expect)
        make_plan(gateway, ids[1:], "OPS-1", clock).check_expected(expect)
        with pytest.raises(PlanMismatchError, match=r"The reason is 'OPS-2', and was 'OPS-1'"):
            make_plan(gateway, ids, "OPS-2", clock).check_expected(expect)

    path.write_text(path.read_text().replace("OPS-1", "OPS-2"))
    with pytest.raises(PlanMismatchError, match="was edited"):
        make_plan(gateway, ids, "OPS-1", clock).check_expected(path)
    with pytest.raises(InputError, match=re.escape("nowhere.json cannot be read")):
        make_plan(gateway, ids, "OPS-1", clock).check_expected("nowhere.json")
