"""Tickets: who, when, where, why, what became of how many, and what is left, in a few lines."""

from __future__ import annotations

import re
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.ids import JobId
from batchnb.model.plan import Plan
from batchnb.model.report_view import report_facts
from batchnb.model.ticket import ticket
from tests.plans import make_plan


def _plan(gateway: Gateway, ids: list[str], clock: Clock, reason: str = "OPS-1") -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], reason, clock)


def _lines(text: str) -> dict[str, str]:
    """Return the lines of a ticket by their titles."""
    pairs = (line[2:].split("  ", 1) for line in text.splitlines()[1:])
    return {pair[0]: pair[-1].strip() for pair in pairs}


def test_of_a_plan_it_says_that_nothing_was_ended(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What would end, by verdict, what is left out, and where."""
    ids = [emulator.world.add_job("train", status, status=status) for status in ("RUNNING", "RUNNABLE", "FAILED")]
    plan = _plan(gateway, ids, clock)
    text = ticket(plan)
    lines = _lines(text)
    assert text.startswith("DRY RUN, nothing was ended.\n")
    assert lines["Would end"] == "2 jobs: 1 to terminate, 1 to cancel"
    assert lines["Left out"] == "1 finished"
    assert lines["Plan"] == plan.digest[:12]
    assert "not AWS" in lines["Where"]


def test_of_a_plan_with_arrays_and_dependents_it_says_what_else_ends(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Children end with their array, and dependents fail."""
    array = emulator.world.add_job("train", "array", array_size=4)
    emulator.world.add_job("train", "waits", status="PENDING", depends_on=[array])
    lines = _lines(ticket(_plan(gateway, [array], clock)))
    assert lines["Would end"] == "1 job: 1 to terminate, with 4 live children"
    assert lines["Would fail"].startswith("1 dependent that the plan does not hold: ")
    assert lines["Would fail"].endswith("(waits)")


def test_it_says_what_is_held_and_never_0_for_what_is_not_known(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Before: what would be freed. After: what was, and what the job that did not end still holds."""
    ids = [
        emulator.world.add_job("train", "ends", vcpus=96, memory=4096, gpus=8),
        emulator.world.add_job("train", "stays", vcpus=4, memory=1024, stops="never"),
        emulator.world.add_job("train", "waits", vcpus=64, gpus=8, status="RUNNABLE"),
        emulator.world.add_job("train", "odd", container={"image": "a", "vcpus": 2}),
    ]
    plan = _plan(gateway, ids, clock)
    assert _lines(ticket(plan))["Frees"] == "at least 102 vCPU, 5 GiB of memory, 8 GPUs (1 job without figures)"

    report = plan.execute(clock=clock, timeout=60)

    for said in (_lines(ticket(report)), dict(report_facts(report))):
        assert said["Freed"] == "at least 98 vCPU, 4 GiB of memory, 8 GPUs (1 job without figures)"
        assert said["Still held"] == "4 vCPU, 1 GiB of memory"
    assert report.freed == {"vcpus": 98, "memory_gib": 4, "gpus": 8, "unknown": 1}
    read = batchnb.read_run(str(report.run_id))
    assert (read.freed, read.still_held) == (report.freed, report.still_held)


def test_of_a_report_it_says_what_became_of_the_jobs(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The run, the caller, the reason, the counts, and that nothing is left."""
    report = _plan(gateway, emulator.world.add_jobs("train", "job", 3), clock).execute(clock=clock)
    lines = _lines(ticket(report))
    assert lines["Run"] == report.run_id
    assert lines["Who"] == "arn:aws:iam::000000000000:user/local"
    assert (lines["Reason"], lines["Outcomes"]) == ("OPS-1", "3 terminated")
    assert lines["Left"] == "nothing: every job that was meant has ended"


def test_what_is_left_is_named_and_how_to_go_on(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Each job that was not seen to end, up to ten, with its state, why, and the way to finish the run."""
    ids = emulator.world.add_jobs("train", "stubborn", 12, stops="never")
    text = ticket(_plan(gateway, ids, clock).execute(clock=clock, timeout=1))
    assert _lines(text)["Left"] == "12 jobs"
    assert f"{ids[0]} (stubborn-000, RUNNING) still stopping" in text
    assert text.count("(stubborn-") == 10
    assert re.search(r"and 2 more in batchnb\.read_run\('[\w-]+'\)\.failures", text)
    assert "batchnb.resume(" in _lines(text)["To go on"]


def test_a_hostile_reason_stays_on_its_line(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A reason of several lines cannot forge a line of the ticket."""
    ids = emulator.world.add_jobs("train", "job", 1)
    text = ticket(_plan(gateway, ids, clock, "OPS-1\n  Left  nothing\u202e"))
    assert [line for line in text.splitlines() if line.startswith("  Left ")] == []
    assert "\u202e" not in text


def test_no_jobs_make_a_plan_and_a_report_where_that_is_fine(emulator: local.LocalBatch) -> None:
    """An empty queue is good news to a scheduler: the plan ends nothing, and its report says so."""
    plan = batchnb.plan([], reason="OPS-1", empty_ok=True, endpoint_url=emulator.endpoint_url)
    report = plan.execute(expect=0)
    assert report.ok
    assert ticket(plan).splitlines()[-1].split() == ["Would", "end", "0", "jobs"]
    assert plan.as_cell().splitlines()[-1] == "# No job is left to end."
    assert ticket(report).startswith("There was no job to end.\n")


# --- what a reader of the ticket asks ---------------------------------------------------------------------------------


def test_it_says_which_jobs_these_were(emulator: local.LocalBatch, clock: Clock) -> None:
    """Queues, selectors, groups with counts, array children, dependents, the file of the details, and zones."""
    place: dict[str, Any] = {"endpoint_url": emulator.endpoint_url}
    first = emulator.world.add_jobs("train", "sweep", 3, definition="sweep:7")[0]
    emulator.world.add_job("train", "sweep-array", definition="sweep:7", array_size=4)
    emulator.world.add_job("other", "waits", status="PENDING", depends_on=[first])
    jobs = batchnb.list_jobs(queues=["train"], job_definition="sweep", **place)
    plan = batchnb.plan(jobs, reason="OPS-1", with_dependents=False, **place)
    report = plan.execute(clock=clock)
    for subject in (plan, report):
        text = ticket(subject, details="plan.json")
        lines = _lines(text)
        assert lines["Queues"] == "train 4"
        assert lines["Selected by"] == "queues=['train'], job_definition='sweep'"
        assert lines["Groups"] == "3  sweep:7  sweep-#"
        assert "1  sweep:7  sweep-array" in text
        assert "4 live children" in text
        assert lines["Details"] == "plan.json"
    assert re.fullmatch(r"[-\d]+ [:\d]+ UTC to [-\d]+ [:\d]+ UTC", _lines(ticket(report))["When"])


HOSTILE = "OPS-1 *b* _i_ `c` [x](http://e) <!channel> {code} | # @a & {noformat}"


@pytest.mark.parametrize("style", ["text", "markdown", "jira", "slack"])
def test_a_hostile_reason_stays_text_in_every_markup(emulator: local.LocalBatch, clock: Clock, style: str) -> None:
    """What is markup where the ticket goes is escaped there, or stands in a block of code."""
    ids = emulator.world.add_jobs("train", "job", 2)
    report = batchnb.plan(ids, reason=HOSTILE, endpoint_url=emulator.endpoint_url).execute(clock=clock)
    text = ticket(report, style)
    reason = next(line for line in text.splitlines() if "Reason" in line)
    expected = {
        "text": rf"  Reason +{re.escape(HOSTILE)}",
        "markdown": re.escape(
            r"- **Reason:** OPS-1 \*b\* \_i\_ \`c\` \[x\]\(http://e\) \<\!channel\> \{code\} \| \# \@a \& \{noformat\}"
        ),
        "jira": re.escape(
            r"* *Reason:* OPS\-1 \*b\* \_i\_ `c` \[x\](http://e) <\!channel> \{code\} \| \# \@a & \{noformat\}"
        ),
        "slack": "  Reason +"
        + re.escape("OPS-1 *b* _i_ 'c' [x](http://e) &lt;!channel&gt; {code} | # @a &amp; {noformat}"),
    }
    assert re.fullmatch(expected[style], reason)
    assert "2 of 2 jobs seen to end: 2 terminated" in text
    assert text.count("```") == (2 if style == "slack" else 0)


def test_another_style_is_an_error(emulator: local.LocalBatch) -> None:
    """It names those that there are."""
    plan = batchnb.plan([], reason="x", empty_ok=True, endpoint_url=emulator.endpoint_url)
    with pytest.raises(InputError, match="style must be one of text, markdown, jira, slack, got 'html'"):
        ticket(plan, "html")
