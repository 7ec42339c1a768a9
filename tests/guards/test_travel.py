"""No guard of plan time is lost, whatever happens to a plan before it is executed, and nothing that widens travels."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import batchnb
from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import forget_paces
from batchnb.clock import Clock
from batchnb.errors import GuardError, PlanMismatchError
from batchnb.guards import settings as configured
from batchnb.guards.rules import Guards, Pattern, PatternKind
from batchnb.guards.settings import pattern
from batchnb.model import vouching
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.journal_folder import find_run
from batchnb.running.past import read_run
from batchnb.running.resume import resume_run
from tests.conftest import clock_of

ACCOUNT = "000000000000"


@dataclasses.dataclass
class Scene:
    """A plan's life: where it is made, where it goes, where it is executed."""

    emulator: local.LocalBatch
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    user_file: Path

    @cached_property
    def gateway(self) -> Gateway:
        """A connection of its own, whose calls are paced by the emulator's time alone."""
        forget_paces()
        return connect(endpoint_url=self.emulator.endpoint_url)

    @property
    def clock(self) -> Clock:
        """The time of the emulator."""
        return clock_of(self.emulator)

    @property
    def path(self) -> Path:
        """A file that is not there yet."""
        return self.folder / f"plan-{len(list(self.folder.iterdir()))}.json"

    def plan(self, jobs: object, source: str = "keyword", **guards: Any) -> Plan:
        """Return a plan made under guards from that source, which is gone when the plan is there."""
        with self.said(source, guards) as typed:
            return self.plan_here(jobs, **typed)

    def plan_here(self, jobs: object, **typed: Any) -> Plan:
        """Return a plan made under what is configured, and these guards as keyword arguments."""
        forget_paces()  # of the emulator's time: this is made in real time
        return batchnb.plan(jobs, reason="OPS-1", endpoint_url=self.emulator.endpoint_url, **typed)

    @contextmanager
    def said(self, source: str, guards: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Let these guards be said by that source; yield those that have to be typed."""
        project = self.folder / "project"
        project.mkdir(exist_ok=True)
        self.monkeypatch.chdir(project)
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in guards.items())
        if source == "project file":
            (project / "pyproject.toml").write_text(f"[tool.batchnb]\n{text}")
        elif source == "user file":
            self.user_file.parent.mkdir(exist_ok=True)
            self.user_file.write_text(text)
        elif source == "notebook":
            configured.set_notebook_layer(lambda: guards)
        elif source == "environment":
            self.monkeypatch.setenv("BATCHNB_READ_ONLY", "1")
        try:
            yield guards if source == "keyword" else {}
        finally:
            (project / "pyproject.toml").unlink(missing_ok=True)
            self.user_file.unlink(missing_ok=True)
            configured.set_notebook_layer(None)
            self.monkeypatch.delenv("BATCHNB_READ_ONLY", raising=False)
            self.monkeypatch.chdir(self.folder)

    def forget(self) -> None:
        """Be another process, which knows nothing of plans that were made before."""
        self.monkeypatch.setattr(vouching, "_plans", {})

    def travel(self, plan: Plan) -> Iterator[tuple[str, Plan]]:
        """Yield the plan, unused, after each way, with the way's name; nothing of one way is left for the next."""
        known = vouching._plans
        # Time does not go back, so what ages the plan comes last.
        for way in sorted(WAYS, key="another day".__eq__):
            yield way, WAYS[way](self, plan)
            self.monkeypatch.setattr(vouching, "_plans", known)
            self.monkeypatch.chdir(self.folder)

    def load(self, path: Path, **options: Any) -> Plan:
        """Load a plan."""
        return batchnb.load_plan(path, endpoint_url=self.emulator.endpoint_url, **options)

    def execute(self, plan: Plan, **options: Any) -> Report:
        """Execute a plan, on the emulator's own time."""
        return plan.execute(gateway=self.gateway, clock=self.clock, **options)

    @property
    def asked_for(self) -> set[str]:
        """The ids that any call asked to end."""
        calls = [call for call in self.emulator.calls if "Terminate" in call.operation and call.status != 404]
        requests = [call.request for call in calls]
        return {job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])}


@pytest.fixture
def scene(emulator: local.LocalBatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user_file: Path) -> Scene:
    """Return a scene in an empty folder."""
    folder = tmp_path / "scene"
    folder.mkdir()
    return Scene(emulator, folder, monkeypatch, user_file)


# --- the ways ---------------------------------------------------------------------------------------------------------


class Sneaky(Plan):
    """A plan that says of itself what guards like to hear."""

    @property
    def job_count(self) -> int:
        """Return as few jobs as possible."""
        return 0

    @property
    def refused_by(self) -> tuple[Any, ...]:
        """Return that nobody refuses."""
        return ()

    @property
    def guards(self) -> Guards:
        """Return no guards."""
        return Guards()

    @guards.setter
    def guards(self, _value: Guards) -> None:
        raise AssertionError("dataclasses set their fields past properties")


def _sneaky(plan: Plan) -> Plan:
    sneaky = object.__new__(Sneaky)
    vars(sneaky).update(vars(plan))
    return sneaky


def _pickled(plan: Plan) -> Plan:
    again: Plan = pickle.loads(pickle.dumps(plan))  # noqa: S301 - our own
    return again


def _rebuilt(plan: Plan) -> Plan:
    return Plan(**{one.name: getattr(plan, one.name) for one in dataclasses.fields(Plan)})


def _loaded(scene: Scene, plan: Plan, **options: Any) -> Plan:
    path = scene.path
    plan.save(path)
    return scene.load(path, **options)


def _looked_at(scene: Scene, plan: Plan) -> Plan:
    """Load the plan's own file, only to look at it, and go on with the plan itself."""
    assert str(_loaded(scene, plan))
    return plan


def _elsewhere(scene: Scene, plan: Plan) -> Plan:
    other = scene.folder / "elsewhere"
    other.mkdir(exist_ok=True)
    (other / "pyproject.toml").write_text("[tool.batchnb]\nread_only = false\nmax_jobs = 5000\n")
    scene.monkeypatch.chdir(other)
    return plan


def _aged(scene: Scene, plan: Plan) -> Plan:
    scene.clock.sleep(1000)
    return plan


def _forgotten(scene: Scene, plan: Plan) -> Plan:
    scene.forget()
    return plan


def _without_finished(_scene: Scene, plan: Plan) -> Plan:
    """Leave out a job that would not end anyway, of a plan whose guards were stripped."""
    job_id = "99999999-0000-4000-8000-000000000001"
    found = PlannedJob(job_id, Verdict.NOT_FOUND, None)
    count = plan.listed_all and plan.listed_all + 1
    more = dataclasses.replace(plan, jobs=(*plan.jobs, found), guards=Guards(), listed_all=count)
    return more.without(job_id)


Way = Callable[[Scene, Plan], Plan]
IN_THE_PROCESS: dict[str, Way] = {
    "the same object": lambda _scene, plan: plan,
    "a copy": lambda _scene, plan: copy.copy(plan),
    "a deep copy": lambda _scene, plan: copy.deepcopy(plan),
    "replaced by itself": lambda _scene, plan: dataclasses.replace(plan),
    "other notes": lambda _scene, plan: dataclasses.replace(plan, notes=("mine",)),
    "built of its fields": lambda _scene, plan: _rebuilt(plan),
    "its file was looked at": _looked_at,
    "another folder": _elsewhere,
    "another day": _aged,
    "a subclass": lambda _scene, plan: _sneaky(plan),
    "other jobs before": lambda _scene, plan: dataclasses.replace(
        dataclasses.replace(plan, jobs=plan.jobs[:1]), jobs=plan.jobs
    ),
}
"""What keeps a plan the very plan that it is, also for what was typed to allow more."""

OUT_OF_IT: dict[str, Way] = {
    "a pickle": lambda _scene, plan: _pickled(plan),
    "a pickle of a copy of a pickle": lambda _scene, plan: _pickled(copy.copy(_pickled(plan))),
    "a pickle of a subclass": lambda _scene, plan: _pickled(_sneaky(plan)),
    "a file of a subclass": lambda scene, plan: _loaded(scene, _sneaky(plan)),
    "a pickle in another process": lambda scene, plan: _forgotten(scene, _pickled(plan)),
    "a file": lambda scene, plan: _loaded(scene, plan),
    "a file in another process": lambda scene, plan: _loaded(scene, _forgotten(scene, plan)),
    "a file of a file": lambda scene, plan: _loaded(scene, _loaded(scene, plan)),
    "a file, loaded with other guards": lambda scene, plan: _loaded(
        scene, plan, read_only=False, accounts=[ACCOUNT, "123456789012"], protect="name:nobody"
    ),
    "a file, pickled": lambda scene, plan: _pickled(_loaded(scene, plan)),
    "a process that knows nothing of it": lambda scene, plan: _forgotten(scene, plan),
    "other guards in it": lambda _scene, plan: dataclasses.replace(plan, guards=Guards()),
    "other guards in it, and nothing left out": lambda _scene, plan: dataclasses.replace(plan, guards=Guards()).without(
        []
    ),
    "a finished job left out": _without_finished,
}
WAYS = IN_THE_PROCESS | OUT_OF_IT


def _share(number: int, of: int) -> dict[str, Way]:
    """Return every `of`th way: where a plan is used up, the rows of a table share the ways among themselves."""
    return {way: WAYS[way] for at, way in enumerate(WAYS) if at % of == number % of}


# --- the guards -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Case:
    """Guards under which a plan of these jobs cannot be executed."""

    guard: str
    said: dict[str, Any]
    fill: Callable[[local.World], list[str]]


def _three(world: local.World) -> list[str]:
    return world.add_jobs("train", "job", 3)


def _array(world: local.World) -> list[str]:
    return [world.add_job("train", "array", array_size=3)]


def _waited_for(world: local.World) -> list[str]:
    first = world.add_job("train", "first")
    second = world.add_job("train", "second", status="PENDING", depends_on=[first])
    world.add_job("train", "kept", status="PENDING", depends_on=[second], tags={"keep": "yes"})
    return [first]


CASES = {
    "read_only": Case("read_only", {"read_only": True}, _three),
    "production_accounts": Case("production_accounts", {"production_accounts": [ACCOUNT]}, _three),
    "max_jobs": Case("max_jobs", {"max_jobs": 2}, _three),
    "max_jobs and an array": Case("max_jobs", {"max_jobs": 2}, _array),
    "max_percent": Case("max_percent", {"max_percent": 50.0}, _three),
    "a dependent by tag": Case("protect", {"protect": ["tag:keep=yes"]}, _waited_for),
    "a dependent by name": Case("protect", {"protect": ["name:kept*"]}, _waited_for),
}
SOURCES = ["keyword", "project file"]
ROWS = [(case, source) for case in CASES for source in SOURCES] + [
    ("read_only", "environment"),
    *((case, source) for case in ("read_only", "max_jobs", "max_percent") for source in ("user file", "notebook")),
]


def _outcome(scene: Scene, plan: Plan, **options: Any) -> str:
    """Execute a plan; return the guard that refused it, or how many jobs were asked for."""
    scene.emulator.calls.clear()
    try:
        scene.execute(plan, **options)
    except GuardError as error:
        assert scene.asked_for == set()
        return error.guard
    return f"{len(scene.asked_for)} asked for"


@pytest.mark.parametrize(("name", "source"), ROWS)
def test_a_guard_of_plan_time_holds_on_every_way(scene: Scene, name: str, source: str) -> None:
    """It was said where the plan was made, and nowhere any more: the plan is shown, and not executed."""
    case = CASES[name]
    plan = scene.plan(case.fill(scene.emulator.world), source, **case.said)
    assert plan.to_end
    found = {}
    for way, travelled in scene.travel(plan):
        assert str(travelled)
        found[way] = _outcome(scene, travelled)
    assert found == dict.fromkeys(WAYS, case.guard)


def _with_all_to_end(plan: Plan) -> Plan:
    """Return the plan as somebody changes it who wants its jobs ended, whatever it says of them."""
    changed = object.__new__(type(plan))
    jobs = tuple(PlannedJob(one.job_id, Verdict.TERMINATE, one.job) for one in plan.jobs)
    stored = {one.name: vars(plan)[one.name] for one in dataclasses.fields(plan)}
    vars(changed).update({**stored, "jobs": jobs})
    return changed


PROTECTIONS = ["queue:train", "name:kept", "tag:keep=yes"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("text", PROTECTIONS)
def test_a_protection_of_plan_time_holds_on_every_way(scene: Scene, source: str, text: str) -> None:
    """What it protects is left out, and stays so for a plan in which somebody has changed that."""
    world = scene.emulator.world
    kept = world.add_job("train", "kept", tags={"keep": "yes"})
    found, ways = {}, _share(PROTECTIONS.index(text) + SOURCES.index(source), of=3)
    for way, travel in ways.items():
        other = world.add_job("other", "other")
        plan = travel(scene, scene.plan([kept, other], source, protect=[text]))
        found[way] = (_outcome(scene, _with_all_to_end(plan)), _outcome(scene, plan))
        assert scene.asked_for == {other}
    assert found == dict.fromkeys(ways, ("protect", "1 asked for"))


@pytest.mark.parametrize("source", SOURCES)
def test_a_job_that_a_protection_of_plan_time_covers_by_now_is_not_ended(scene: Scene, source: str) -> None:
    """It was tagged after the plan was made, whose guards know the tag although nobody says so any more."""
    found, ways = {}, _share(SOURCES.index(source), of=2)
    for way, travel in ways.items():
        ids = _three(scene.emulator.world)
        plan = travel(scene, scene.plan(ids, source, protect=["tag:keep=yes"]))
        job = scene.emulator.world.find(ids[1])
        job.spec = dataclasses.replace(job.spec, tags={"keep": "yes"})
        scene.clock.sleep(1000)
        found[way] = _outcome(scene, plan)
    assert found == dict.fromkeys(ways, "protect")


@pytest.mark.parametrize("source", SOURCES)
def test_accounts_of_plan_time_are_on_record(scene: Scene, source: str) -> None:
    """The run's journal says which accounts were allowed, as long as the plan is for one of them."""
    for way, travel in _share(SOURCES.index(source), of=2).items():
        plan = travel(scene, scene.plan(_three(scene.emulator.world), source, accounts=[ACCOUNT]))
        report = scene.execute(plan)
        assert (ACCOUNT,) in [allowed for allowed, _ in read_run(str(report.run_id)).plan.guards.accounts], way


def test_all_jobs_of_an_open_listing_are_not_ended_on_any_way(scene: Scene) -> None:
    """Nobody has selected among them: they can be looked at, saved and loaded, and that is all."""
    _three(scene.emulator.world)
    plan = scene.plan(batchnb.list_jobs(endpoint_url=scene.emulator.endpoint_url))
    assert [refusal.guard for refusal in plan.refused_by] == ["selection"]
    found = {way: _outcome(scene, travelled, expect=3) for way, travelled in scene.travel(plan)}
    assert found == dict.fromkeys(WAYS, "selection")


# --- what widens ------------------------------------------------------------------------------------------------------

WIDER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "max_jobs": ({"max_jobs": 2}, {"max_jobs": 3}),
    "max_percent": ({"max_percent": 50.0}, {"max_percent": 100.0}),
    "protect": ({"protect": ["name:job-*"]}, {"unprotect": "name:job-*"}),
}
"""What is configured, and what is typed in spite of it."""


@pytest.mark.parametrize("guard", WIDER)
def test_what_was_typed_to_allow_more_stays_with_the_very_plan(scene: Scene, guard: str) -> None:
    """It holds for the plan and its copies in that process; on any other way it has to be typed again."""
    limits, typed = WIDER[guard]
    ways = {way: travel for way, travel in WAYS.items() if way != "another folder"}
    found = {}
    for way, travel in ways.items():
        ids = scene.emulator.world.add_jobs("train", "job", 3)
        with scene.said("project file", limits):
            plan = scene.plan_here(ids, **typed)
            assert plan.refused_by == ()
            found[way] = _outcome(scene, travel(scene, plan))
            if way in OUT_OF_IT:
                assert _outcome(scene, travel(scene, plan), **typed) == "3 asked for"
    assert found == {way: guard if way in OUT_OF_IT else "3 asked for" for way in ways}


@pytest.mark.parametrize("guard", WIDER)
def test_what_is_typed_where_a_plan_is_loaded_holds_for_the_loaded_one(scene: Scene, guard: str) -> None:
    """The guards of plan time, too, give way to it, and the plan shows over what it was raised."""
    limits, typed = WIDER[guard]
    ids = _three(scene.emulator.world)
    path = scene.path
    with scene.said("project file", limits):
        scene.plan_here(ids, **typed).save(path)
    with pytest.raises(GuardError):
        scene.execute(scene.load(path))
    assert scene.asked_for == set()
    loaded = scene.load(path, **typed)
    assert loaded.refused_by == ()
    assert "when the plan was made" in str(loaded)
    assert scene.execute(loaded).ok


@pytest.mark.parametrize("guard", ["max_jobs", "max_percent"])
def test_a_limit_that_is_lower_by_now_holds_over_what_was_typed(scene: Scene, guard: str) -> None:
    """Whoever typed a number saw another limit than the one that somebody has set since."""
    limits, typed = WIDER[guard]
    ids = _three(scene.emulator.world)
    with scene.said("project file", limits):
        plan = scene.plan_here(ids, **typed)
    with scene.said("user file", {guard: 1}):
        with pytest.raises(GuardError, match=guard):
            scene.execute(plan)
        assert scene.asked_for == set()
        assert scene.execute(plan, **typed).ok


def test_a_protection_that_is_set_since_holds_though_its_pattern_was_lifted(scene: Scene) -> None:
    """It was lifted where one place had set it; another place has set it since."""
    ids = _three(scene.emulator.world)
    with scene.said("project file", {"protect": ["name:job-*"]}):
        plan = scene.plan_here(ids, unprotect="name:job-*")
    with scene.said("user file", {"protect": ["name:job-*"]}):
        with pytest.raises(GuardError, match="name:job-"):
            scene.execute(plan)
        assert scene.asked_for == set()
        assert scene.execute(plan, unprotect="name:job-*").ok


def test_a_plan_made_to_be_looked_at_says_how_to_go_on(scene: Scene) -> None:
    """Under read_only a plan is saved; where jobs may be ended, a new one is made that expects it."""
    ids = _three(scene.emulator.world)
    path = scene.path
    scene.plan(ids, "environment", read_only=True).save(path)
    with pytest.raises(
        GuardError,
        match=r"not executed, said BATCHNB_READ_ONLY=1 .when .* make a new plan .* expect=",
    ):
        scene.execute(scene.load(path))
    assert scene.asked_for == set()
    assert scene.execute(scene.plan(ids), expect=(path, 3)).ok


def test_a_limit_that_nobody_set_does_not_grow_by_a_plan(scene: Scene) -> None:
    """A file that allows more than the default stays where it is."""
    ids = scene.emulator.world.add_jobs("train", "job", 1001)
    plan = scene.plan(ids, "project file", max_jobs=2000)
    assert plan.refused_by == ()
    with pytest.raises(GuardError, match=r"the built-in default allows 1,000"):
        scene.execute(plan)
    assert scene.asked_for == set()


def test_a_keyword_that_is_no_guard_is_an_error(scene: Scene) -> None:
    """As for any function; nothing is ended."""
    plan = scene.plan(_three(scene.emulator.world))
    with pytest.raises(TypeError, match="tiemout"):
        plan.execute(tiemout=3)  # type: ignore[call-arg]
    assert scene.asked_for == set()


# --- files that were changed ------------------------------------------------------------------------------------------

EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no dependents": lambda record: record.update(dependents=[]),
    "no array size": lambda record: [one["job"].pop("arrayProperties", None) for one in record["jobs"]],
    "another name": lambda record: record["jobs"][0]["job"].update(jobName="other"),
    "another definition": lambda record: record["jobs"][0]["job"].update(jobDefinition="other"),
    "another queue": lambda record: record["jobs"][0]["job"].update(jobQueue="other"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_file_that_was_edited_and_hashed_anew_is_held_against_aws(scene: Scene, edit: str) -> None:
    """The checksum is right, and the jobs are not those that AWS has: nothing is ended."""
    world = scene.emulator.world
    first = world.add_job("train", "first", array_size=2)
    world.add_job("train", "waiting", status="PENDING", depends_on=[first])
    path = scene.path
    scene.plan([first]).save(path)
    scene.forget()
    record = json.loads(path.read_text())
    EDITS[edit](record)
    del record["checksum"]
    record["checksum"] = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(record))
    with pytest.raises(PlanMismatchError):
        scene.execute(scene.load(path))
    assert scene.asked_for == set()


@pytest.mark.parametrize("what", ["dependents", "array size"])
def test_a_copy_that_was_stripped_is_held_against_aws(scene: Scene, what: str) -> None:
    """A plan without what the guards go by is not the plan that was made."""
    world = scene.emulator.world
    first = world.add_job("train", "first", array_size=2)
    world.add_job("train", "waiting", status="PENDING", depends_on=[first])
    plan = scene.plan([first])
    if what == "dependents":
        stripped = dataclasses.replace(plan, dependents=type(plan.dependents)())
    else:
        (planned,) = plan.jobs
        assert planned.job is not None
        job = planned.job._replace(array_size=None, children=())
        stripped = dataclasses.replace(plan, jobs=(dataclasses.replace(planned, job=job),))
    assert stripped.digest == plan.digest
    with pytest.raises(PlanMismatchError):
        scene.execute(stripped)
    assert scene.asked_for == set()


class Quiet(PlannedJob):
    """A job that says that it is left out."""

    __slots__ = ()

    @property
    def job_queue(self) -> str:
        """Return the queue of somebody else."""
        return "other"


def test_a_job_of_a_subclass_is_taken_for_what_it_holds(scene: Scene) -> None:
    """Its queue is the one in the evidence, whatever it says."""
    (job_id,) = scene.emulator.world.add_jobs("train", "job", 1)
    plan = scene.plan([job_id], protect=["queue:train"])
    quiet = tuple(Quiet(one.job_id, Verdict.TERMINATE, one.job) for one in plan.jobs)
    with pytest.raises(GuardError, match="queue:train"):
        scene.execute(dataclasses.replace(plan, jobs=quiet))
    assert scene.asked_for == set()


# --- runs -------------------------------------------------------------------------------------------------------------


def _interrupted(scene: Scene, plan: Plan, **options: Any) -> str:
    def interrupt(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        scene.execute(plan, on_event=interrupt, **options)
    return str(caught.value.report.run_id)


def _resume(scene: Scene, run_id: str) -> Report:
    return resume_run(find_run(run_id), scene.gateway, RunOptions(timeout=300), clock=scene.clock)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("way", ["the same object", "a file", "a pickle"])
def test_a_protection_holds_when_the_run_is_resumed(
    start: Callable[..., local.LocalBatch], scene: Scene, source: str, way: str
) -> None:
    """It stands in the journal: a job that it covers by now is left alone, and the report says why."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    scene = dataclasses.replace(scene, emulator=emulator)
    ids = emulator.world.add_jobs("train", "job", 40)
    plan = scene.plan(ids, source, protect=["tag:keep=yes"])
    run_id = _interrupted(scene, WAYS[way](scene, plan))
    kept = next(job_id for job_id in ids if job_id not in scene.asked_for)
    job = emulator.world.find(kept)
    job.spec = dataclasses.replace(job.spec, tags={"keep": "yes"})

    report = _resume(scene, run_id)

    assert kept not in scene.asked_for
    assert report.counts == {"terminated": 39, "not attempted": 1}
    assert "tag:keep=yes" in str(report.failures[0].error_message)


@pytest.mark.parametrize("guard", WIDER)
def test_a_run_is_resumed_in_spite_of_what_it_was_begun_in_spite_of(
    start: Callable[..., local.LocalBatch], scene: Scene, guard: str
) -> None:
    """7,000 jobs were approved once: the rest is not typed again at night, wherever the limit is said."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    scene = dataclasses.replace(scene, emulator=emulator)
    limits, typed = WIDER[guard]
    ids = emulator.world.add_jobs("train", "job", 60)
    typed = {**typed, "max_jobs": 60}
    with scene.said("project file", limits):
        run_id = _interrupted(scene, scene.plan_here(ids, **typed))
        assert _resume(scene, run_id).counts == {"terminated": 60}


def test_the_plan_of_a_report_has_the_guards_of_its_run(scene: Scene) -> None:
    """Executed once more, from the report and from the journal, it is held as before."""
    ids = [scene.emulator.world.add_job("train", "survivor", stops="never")]
    report = scene.execute(scene.plan(ids, production_accounts=[ACCOUNT]), expect=1, wait=False)
    asked = len([call for call in scene.emulator.calls if "Terminate" in call.operation])
    for plan in (report.plan, read_run(str(report.run_id)).plan):
        with pytest.raises(GuardError, match="production_accounts"):
            scene.execute(plan)
    assert len([call for call in scene.emulator.calls if "Terminate" in call.operation]) == asked


# --- really another process -------------------------------------------------------------------------------------------

ELSEWHERE = """
import pickle, sys, batchnb
from batchnb.aws.connect import connect
path, url = sys.argv[1:]
plan = pickle.load(open(path, "rb")) if path.endswith(".pickle") else batchnb.load_plan(path, endpoint_url=url)
try:
    plan.execute(gateway=connect(endpoint_url=url), timeout=20)
except batchnb.GuardError as error:
    print(error.guard)
"""


@pytest.mark.parametrize("form", ["plan.pickle", "plan.json"])
@pytest.mark.parametrize("name", ["read_only", "max_jobs", "a dependent by tag"])
def test_a_guard_holds_in_another_process(scene: Scene, journals: Path, form: str, name: str) -> None:
    """Another folder, another environment, nothing in memory: the plan brings its guards along."""
    case = CASES[name]
    plan = scene.plan(case.fill(scene.emulator.world), **case.said)
    path = scene.folder / form
    if form == "plan.pickle":
        path.write_bytes(pickle.dumps(plan))
    else:
        plan.save(path)
    environment = {**os.environ, "BATCHNB_JOURNAL_DIR": str(journals), "XDG_CONFIG_HOME": str(scene.folder)}
    command = [sys.executable, "-c", ELSEWHERE, str(path), scene.emulator.endpoint_url]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=scene.folder, check=False)
    assert (done.stdout.strip(), done.returncode) == (case.guard, 0), done.stderr
    assert scene.asked_for == set()


# --- random worlds ----------------------------------------------------------------------------------------------------

QUEUES, NAMES, TAGS = ("train", "other"), ("a", "b", "c"), ("yes", "no")
PATTERNS = [
    *(Pattern(PatternKind.QUEUE, queue) for queue in QUEUES),
    *(Pattern(PatternKind.NAME, f"{name}*") for name in NAMES),
    *(Pattern(PatternKind.TAG, value, "keep") for value in TAGS),
]


def _random_guards(chance: random.Random) -> dict[str, Any]:
    said: dict[str, Any] = {"protect": [str(one) for one in chance.sample(PATTERNS, chance.choice([0, 0, 1, 2]))]}
    if chance.random() < 0.4:
        said["max_jobs"] = chance.randint(1, 12)
    if chance.random() < 0.2:
        said["max_percent"] = float(chance.choice([30, 60, 100]))
    if chance.random() < 0.1:
        said["read_only"] = True
    if chance.random() < 0.2:
        said["production_accounts"] = [ACCOUNT]
    return said


def _random_world(world: local.World, chance: random.Random) -> None:
    for queue in QUEUES:
        world.add_queue(queue)
    jobs: list[str] = []
    for _ in range(chance.randint(3, 12)):
        waits = [chance.choice(jobs)] if jobs and chance.random() < 0.3 else []
        jobs.append(
            world.add_job(
                chance.choice(QUEUES),
                f"{chance.choice(NAMES)}-{len(jobs)}",
                status="PENDING" if waits else chance.choice(["RUNNABLE", "RUNNING", "SUCCEEDED"]),
                depends_on=waits,
                tags={"keep": chance.choice(["yes", "no", "maybe"])},
                array_size=chance.choice([None, None, None, 3]),
            )
        )


def _disturb(world: local.World, ids: Iterable[str], chance: random.Random) -> None:
    for job_id in ids:
        if chance.random() < 0.2:
            job = world.find(job_id)
            job.spec = dataclasses.replace(job.spec, tags={"keep": chance.choice(TAGS)})
        elif chance.random() < 0.2:
            with suppress(batchnb.BatchnbError):  # an array follows its children
                world.schedule(0, job_id, chance.choice(["SUCCEEDED", "RUNNING"]))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), way=st.sampled_from(sorted(WAYS)))
def test_what_the_guards_of_then_or_now_forbid_does_not_happen(
    tmp_path_factory: pytest.TempPathFactory, seed: int, way: str
) -> None:
    """In random worlds, on every way: no protected job ends, no more than the lowest cap, and nothing read-only."""
    chance = random.Random(seed)  # noqa: S311 - reproducible chance
    folder = tmp_path_factory.mktemp("world")
    emulator = local.start(lambda world: _random_world(world, chance), seed=seed, clock=local.ManualClock())
    with pytest.MonkeyPatch.context() as monkeypatch:
        forget_paces()
        user_file = folder / "user" / "config.toml"
        monkeypatch.setattr(configured, "user_file", lambda: user_file)
        monkeypatch.setenv("BATCHNB_JOURNAL_DIR", str(folder / "journals"))
        scene = Scene(emulator, folder, monkeypatch, user_file)
        try:
            _check_world(scene, WAYS[way], chance)
        finally:
            emulator.stop()


def _check_world(scene: Scene, way: Way, chance: random.Random) -> None:
    world = scene.emulator.world
    every = [job.job_id for job in world.jobs() if job.parent_id is None]
    then, now = _random_guards(chance), _random_guards(chance)
    chosen = chance.sample(every, chance.randint(1, len(every)))
    plan = scene.plan(chosen, chance.choice(["keyword", "project file", "user file", "notebook"]), **then)
    travelled = way(scene, plan)
    scene.clock.sleep(1000)  # so that tags are looked at again
    _disturb(world, every, chance)
    before = {job.job_id: job.status for job in world.jobs()}
    gateway = scene.gateway
    number = {"expect": len(travelled.to_end)} if chance.random() < 0.7 else {}
    with scene.said(chance.choice(["project file", "user file", "notebook"]), now), suppress(batchnb.BatchnbError):
        scene.execute(travelled, **number)
    ended = {job.job_id for job in world.jobs() if job.status != before[job.job_id]}
    asked = scene.asked_for
    assert asked <= {planned.job_id for planned in plan.to_end}
    for said in (then, now):
        assert not (said.get("read_only") and asked)
        assert not (said.get("production_accounts") and asked and not number)
        children = sum(1 for job in world.jobs() if job.parent_id in asked and job.job_id in ended)
        arrays = sum(1 for job_id in asked if any(job.parent_id == job_id for job in world.jobs()))
        assert len(asked) - arrays + children <= said.get("max_jobs", 1000)
        for one in map(pattern, said["protect"]):
            protected = {job_id for job_id in every if one.protects(_as_job(gateway, job_id))}
            assert not protected & asked
            assert not protected & ended


def _as_job(gateway: Gateway, job_id: str) -> Any:
    return gateway.describe([job_id])[job_id]
