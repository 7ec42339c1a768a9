"""Each guard and each error in JupyterLab: said where one looks, with what to do, and nothing is ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.lab import SLOW, Desk, Lab, Notebook

START = """
import os

import batchnb
from batchnb import local
from batchnb.widget import JobPicker


def fill(world):
    world.add_queue("train")
    first = world.add_jobs("train", "run", 12, created_ago=7200.0)[0]
    world.add_job("train", "after", status="PENDING", created_ago=7000.0, depends_on=[first])
    world.delays = local.Delays(submitted=0.02, pending=0.02, runnable=0.02, starting=0.05, running=0.05)


if "emulator" in globals():
    emulator.stop()  # that of the test before
emulator = local.start(fill, region="eu-west-1")
os.environ.update(emulator.environ())
jobs = shown = batchnb.list_jobs()
"""
SHOW = 'picker = JobPicker(shown, query="name:run-*", reason="OPS-123 bad input", timeout=2.0)\npicker'
ELSEWHERE = 'shown = jobs.assign(jobArn=jobs["jobArn"].str.replace(":000000000000:", ":210987654321:"))'
THROTTLED = 'local.Fault(operation={!r}, kind="TooManyRequestsException")'
ENDING = "".join(f"emulator.faults.add({THROTTLED.format(name)})\n" for name in ("TerminateJobs", "TerminateJob"))
GUARDS = [
    ("max_jobs = 5", r"pyproject\.toml allows 5 jobs \(max_jobs\) and this plan has 12\. It cannot be raised here\."),
    ("max_percent = 50", r"This is 92.* % of train's live jobs; .*pyproject\.toml allows 50 %"),
    ("read_only = true", r"Read-only: .*pyproject\.toml.* Nothing can be ended from here\."),
    ('accounts = ["123456789012"]', r"000000000000 is not on the list of accounts \(.*pyproject\.toml"),
    ('protect = ["name:after"]', r"after is protected \(.*pyproject\.toml.*\) and would fail\. Leave"),
]
"""What a file says, and what the picker says of it."""


@pytest.fixture
def file(lab: Lab) -> Iterator[File]:
    """Return the `pyproject.toml` beside the notebook, which is gone after the test."""
    file = File(lab)
    yield file
    file.path.unlink(missing_ok=True)


class File:
    """A `pyproject.toml` with settings."""

    def __init__(self, lab: Lab) -> None:
        self.path = lab.root / "pyproject.toml"

    def say(self, settings: str, section: str = "tool.batchnb") -> None:
        """Let the file say this, and nothing else."""
        self.path.write_text(f"[{section}]\n{settings}\n")


class Reviewed:
    """The picker in the second cell, whose twelve jobs are selected."""

    def __init__(self, notebook: Notebook, *, again: bool = False) -> None:
        """`again` has the cell run once more, for a picker that begins without a selection."""
        if again:
            notebook.execute("picker.selected = []")
            notebook.run(1)
        self.notebook, self.page = notebook, notebook.page
        self.root = notebook.output(1).locator(".bnb")
        self.dialog = self.root.get_by_role("alertdialog")
        self.final = self.dialog.get_by_role("button", name="Terminate")
        self.alert = self.root.locator(".bnb-notice")
        self.result = self.root.locator(".bnb-result")
        self.select()

    def select(self) -> None:
        """Select all jobs but the one that waits."""
        self.button("Select all 12").click(timeout=SLOW)

    def button(self, name: str) -> Locator:
        """Return the button whose text begins so."""
        return self.root.get_by_role("button", name=name).first

    def row(self, text: str) -> Locator:
        """Return the row of the job with this name."""
        return self.root.locator(".bnb-body .bnb-row:visible").filter(has_text=text).first

    def review(self) -> None:
        """Ask for the plan."""
        self.button("Review 12 jobs").click()


def test_each_guard_and_each_error_is_met(desk: Desk, file: File) -> None:
    """In one picker, one after the other; what was selected stays, and no call to end a job is made before the end."""
    notebook = desk.take(START, SHOW)
    notebook.run(0, 1)
    picker = Reviewed(notebook)
    check_guards(picker, file)
    check_production_and_dependents(picker, file)
    check_errors_of_a_review(picker)
    notebook.execute('assert not [one for one in emulator.calls if one.operation.startswith("Terminate")]')
    check_not_attempted(picker)
    check_auto_refresh(picker)
    check_other_pickers(notebook, file)
    check_no_network(notebook, file)


def check_guards(picker: Reviewed, file: File) -> None:
    """Assert that what a guard holds back is said, with who set it, and that there is no button to end anything."""
    for setting, said in GUARDS:
        file.say(setting)
        picker.review()
        expect(
            picker.root.locator(".bnb-notice, .bnb-final-bar, .bnb-review").filter(has_text=re.compile(said)).first
        ).to_be_visible()
        expect(picker.final).to_have_count(0)
        picker.button("Dismiss" if picker.alert.inner_text() else "Back").click()
        expect(picker.button("Review 12 jobs")).to_be_enabled()


def check_production_and_dependents(picker: Reviewed, file: File) -> None:
    """Assert that in a production account the number is typed, and that what fails with the jobs is added."""
    file.say('production_accounts = ["000000000000"]')
    picker.review()
    expect(picker.dialog.locator(".bnb-question")).to_have_text(
        "Terminate 12 jobs in PRODUCTION, account 000000000000?"
    )
    expect(picker.final).to_be_disabled()
    picker.dialog.get_by_label("Type 12").fill("12")
    expect(picker.final).to_be_enabled()
    expect(picker.dialog).to_contain_text("1 job that you did not select: after waits for run-000.")
    picker.button("Add it").click()
    expect(picker.dialog.locator(".bnb-question")).to_contain_text("Terminate 13 jobs in PRODUCTION")
    expect(picker.dialog.get_by_label("Type 13")).to_have_value("")
    expect(picker.final).to_be_disabled()
    picker.button("Back").click()
    file.path.unlink()
    picker.button("Clear").click()
    picker.select()


def check_errors_of_a_review(picker: Reviewed) -> None:
    """Assert that a busy service, an old login and a broken line are told apart, each with what to do."""
    picker.notebook.execute(f"emulator.faults.add({THROTTLED.format('DescribeJobs')})")
    picker.review()
    expect(picker.root).to_contain_text("AWS is throttling us. Waiting; 0 of 12 looked at.", timeout=SLOW)
    picker.button("Cancel").click()
    expect(picker.button("Review 12 jobs")).to_be_enabled()
    picker.notebook.execute("emulator.faults.clear(); emulator.world.credentials_expired = True")
    picker.review()
    expect(picker.alert).to_contain_text("Your AWS session has expired. Run aws sso login")
    expect(picker.alert).to_contain_text("then press Review again. Your selection is kept.")
    picker.notebook.execute("emulator.world.credentials_expired = False")
    picker.alert.get_by_role("button", name="Review again").click()
    expect(picker.final).to_be_enabled()


def check_not_attempted(picker: Reviewed) -> None:
    """Assert that jobs for which AWS took no request are told apart from those that failed, and are reviewed again."""
    picker.notebook.execute(f"from batchnb.running import stages\nstages.SENDING_PATIENCE = 0.5\n{ENDING}")
    picker.final.click()
    expect(picker.result).to_contain_text("12 not attempted: AWS kept throttling us.", timeout=SLOW)
    expect(picker.result.locator(".bnb-summary")).to_contain_text("0 of 12 jobs ended.")
    picker.notebook.execute("emulator.faults.clear(); stages.SENDING_PATIENCE = 60.0")
    picker.result.get_by_role("button", name="Review the 12").first.click()
    expect(picker.dialog.locator(".bnb-question")).to_have_text("Terminate 12 jobs?", timeout=SLOW)
    picker.button("Back").click()
    picker.button("Done").click()


def check_auto_refresh(picker: Reviewed) -> None:
    """Assert that it is given up after three failures, aloud."""
    page = picker.page
    page.evaluate(
        "() => { const now = performance.now.bind(performance); window.later = 0;"
        " performance.now = () => now() + window.later; }"
    )
    picker.notebook.execute('emulator.faults.add(local.Fault(operation="ListJobs", kind="AccessDeniedException"))')
    picker.root.get_by_label("Auto refresh").click()
    picker.root.get_by_label("Every 30 s").check()
    # Each half minute is over at once, as often as it takes.
    page.wait_for_function(
        "() => { window.later += 31_000;"
        " return [...document.querySelectorAll('.bnb-host')].some((host) =>"
        " host.shadowRoot.textContent.includes('Auto refresh is off: ')); }",
        polling=500,
    )
    picker.notebook.execute("emulator.faults.clear()")


def check_other_pickers(notebook: Notebook, file: File) -> None:
    """Assert that of protected jobs nothing is left to end, and that those of another account cannot be reviewed.

    Prices that cannot be read are no cost of 0.
    """
    root = notebook.output(1).locator(".bnb")
    file.say('protect = ["name:run-*"]')
    picker = Reviewed(notebook, again=True)
    picker.review()
    expect(picker.dialog).to_contain_text("Nothing to end: 12 are protected by name:run-*")
    expect(picker.final).to_have_count(0)
    picker.button("Back").click()
    expect(picker.row("run-001")).to_contain_text("left out: protected")
    notebook.execute(ELSEWHERE)
    file.say('vcpu_hour = "much"', section="tool.batchnb.prices")
    Reviewed(notebook, again=True)
    expect(root).to_contain_text(
        "These jobs are in 210987654321, but your credentials are for 000000000000. Nothing was asked of AWS."
    )
    expect(root.get_by_role("button", name="Review 12 jobs")).to_have_attribute("aria-disabled", "true")
    expect(root.locator(".bnb-totals")).to_contain_text("prices cannot be read")


def check_no_network(notebook: Notebook, file: File) -> None:
    """Assert that it is said where nothing answers, for how long it was tried, and what to look at."""
    file.path.unlink()
    notebook.execute("shown = jobs")
    picker = Reviewed(notebook, again=True)
    notebook.execute("emulator.stop()")
    picker.review()
    said = re.compile(
        r"Cannot reach AWS Batch in eu-west-1( \(tried for \d+ s\))?\. VPN\? Proxy\? Region\? Nothing was"
    )
    expect(picker.alert).to_contain_text(said, timeout=SLOW)
    expect(picker.alert.get_by_role("button", name="Try again")).to_be_visible()
    expect(picker.root.locator(".bnb-counts")).to_contain_text("12 selected")
