"""A report as text and HTML: failures first, bounded, and no character of a job's is markup."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import UnavailableError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.report_view import report_facts, report_html, report_text
from batchnb.model.result import JobResult
from batchnb.model.ticket import ticket
from batchnb.model.verdict import PlannedJob, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com", "arn:aws:iam::1:user/<b>")
ALLOWED = {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "\"' onmouseover='alert(1)",
    "two\nlines\r\nand\ttab",
    "safe\u202efdp.exe",
    "zero\u200bwidth\u2066",
    "&lt;b&gt;&amp;",
    "\x1b[31mred\x00",
    "x" * 10_000,
    "<" * 10_000,
]


class _Tags(HTMLParser):
    """The tags and the names of the attributes in a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.open = set[str](), set[str](), list[str]()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _result(number: int, outcome: Outcome, name: str = "job", message: str | None = None) -> JobResult:
    job_id = f"{number:08d}-0000-4000-a000-000000000000"
    job = Job(job_id, name, JobStatus.RUNNING, name, job_queue=name)
    return JobResult(PlannedJob(job_id, Verdict.TERMINATE, job), outcome, job, 1, None, None, None, message, None)


def _report(results: list[JobResult], reason: str = "OPS-1", **options: object) -> Report:
    plan = Plan(reason, HERE, tuple(result.planned for result in results), NOW, None)
    return Report(plan, tuple(results), NOW, NOW, waited=True, **options)  # type: ignore[arg-type]


def test_statuses_before_and_after_are_bars_of_text() -> None:
    """Without any plotting library, and where styles are taken away, HTML shows counts by status with their bars."""
    results = [_result(number, Outcome.STOPPING) for number in range(40)]
    html = report_html(_report(results))
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", html)
    place = cells.index("RUNNING")
    assert cells[place : place + 3] == ["RUNNING", f"40 {'█' * 24}", f"40 {'█' * 24}"]
    assert "█" not in report_html(_report([]))


def test_any_text_is_text_in_a_frame() -> None:
    """Strings of frames hold whatever JSON may hold, half a character as well, which pyarrow's do not."""
    report = _report([_result(1, Outcome.REFUSED, "\ud800")])
    for table in (report.to_frame(), report.plan.to_frame()):
        texts = [dtype for dtype in table.dtypes if isinstance(dtype, pd.StringDtype)]
        assert len(texts) >= 8
        assert {dtype.storage for dtype in texts} == {"python"}
        assert table.jobName[0] == "\ud800"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup_and_stays_bounded(text: str) -> None:
    """Names, queues, reasons and messages show as text on one line, in HTML as in a terminal, and do not grow."""
    stopped = UnavailableError(text, code=text, operation="DescribeJobs")
    report = _report([_result(1, Outcome.REFUSED, text, text)], reason=text, stopped_by=stopped)

    html, plain = report_html(report), report_text(report)

    found = _Tags(html)
    assert found.tags <= ALLOWED
    assert found.attributes <= {"class", "style", "scope"}
    assert not found.open
    assert len(html) < 30_000
    assert len(plain) < 10_000
    assert not {"\u202e", "\u200b", "\u2066", "\x1b", "\x00", "\r", "\t"} & set(html + plain)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_leaves_the_table_a_table(name: str, message: str) -> None:
    """Whatever the names and messages, HTML has the same tags and text has the same number of lines."""
    tame, wild = (
        _report([_result(1, Outcome.REFUSED, *texts)], reason=texts[1] or "x")
        for texts in (("job", "no"), (name, message))
    )
    assert report_html(wild).count("<") == report_html(tame).count("<")
    assert len(report_text(wild).splitlines()) == len(report_text(tame).splitlines())


def test_failures_come_first_and_the_rest_is_counted() -> None:
    """Among 10,000 jobs the three failures are on top, and the sentence below says where all of them are."""
    results = [_result(number, Outcome.TERMINATED) for number in range(10_000)]
    for number in (9_999, 5_000, 7_000):
        results[number] = _result(number, Outcome.DENIED, message="no permission")

    for text in (report_text(_report(results)), report_html(_report(results))):
        places = [text.index(f"{number:08d}-0000") for number in (5_000, 7_000, 9_999, 0, 1)]
        assert places == sorted(places)
        assert "… and 9,980 more; all of them: report.to_frame()" in text
        assert len(text) < 20_000


def test_all_rows_on_demand() -> None:
    """With no limit every job is shown and no sentence says otherwise."""
    report = _report([_result(number, Outcome.TERMINATED) for number in range(50)])
    for text in (report_text(report, limit=None), report_html(report, limit=None)):
        assert text.count("-0000-4000-a000-") == 50
        assert "more" not in text


def test_a_job_that_was_left_out_says_why() -> None:
    """Its row has the verdict that left it out, not an outcome that it never had."""
    planned = PlannedJob("11111111-0000-4000-a000-000000000000", Verdict.NOT_FOUND, None)
    result = JobResult(planned, Outcome.NOT_ATTEMPTED, None, 0, None, None, None, None, None)
    assert "left out: not found" in report_text(_report([result]))
    assert "left out: not found" in report_html(_report([result]))


def test_the_facts_say_where_why_and_what_went_wrong() -> None:
    """Account, Region, caller, reason and what stopped the run are above the table, in text and in HTML."""
    stopped = UnavailableError("DescribeJobs: no usable answer", code="x", operation="DescribeJobs")
    report = _report([_result(1, Outcome.STOPPING)], stopped_by=stopped)
    facts = dict(report_facts(report))
    assert facts["Where"] == "account 123456789012, Region eu-west-1"
    assert facts["Stopped by"] == "DescribeJobs: no usable answer"
    assert facts["Plan"] == report.plan.digest[:12]
    for value in ("OPS-1", facts["Where"], facts["Stopped by"], report.summary):
        assert value in report_text(report)
        assert value in report_html(report)


def test_a_notebook_gets_both_forms() -> None:
    """The bundle holds the text for terminals and diffs, and the HTML for notebooks."""
    report = _report([_result(1, Outcome.TERMINATED)])
    assert report._repr_mimebundle_() == {"text/plain": report_text(report), "text/html": report_html(report)}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252", "utf-8"])
def test_plan_report_and_ticket_can_be_printed_on_any_stdout(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script of cron or CI, whose stdout is not UTF-8, does not fail after the jobs were ended."""
    report = _report(
        [_result(n, Outcome.TERMINATED, "zürich 日本 “job”" + "x" * 200) for n in range(30)], reason="naïve…"
    )
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", stdout)
    for thing in (report, report.plan, ticket(report), ticket(report.plan), repr(report), repr(report.plan)):
        print(thing)  # noqa: T201 - what a script does
    stdout.flush()
