"""The details of a job in JupyterLab: each shape of job, what it waits for, its log, and the ways on from it."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, expect

from tests.e2e.lab import START, Desk, LabPicker

START_IN_A_REGION = START.replace("local.hasty_night)", 'local.hasty_night, region="eu-west-1")')
AS_ON_AWS = """
from batchnb.widget.details import lookups

lookups.is_of_aws = lambda _url: True  # the emulator's jobs are in no console
jobs = batchnb.list_jobs(status="all")
"""
SHOW = "picker = JobPicker(jobs)\npicker"
DENY_LOGS = 'emulator.faults.add(local.Fault(operation="GetLogEvents", kind="AccessDeniedException", times=1))'
CONSOLE = "https://eu-west-1.console.aws.amazon.com/batch/home?region=eu-west-1#jobs"
LOGS = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"


class Drawer:
    """The details of jobs, beside their list."""

    def __init__(self, picker: LabPicker) -> None:
        self.picker, self.page = picker, picker.page
        self.root = picker.root.locator(".bnb-drawer")
        self.title = self.root.locator(".bnb-drawer-title")

    def open(self, name: str) -> None:
        """Search for a job and click on its name."""
        self.picker.filter(f"name:={name}")
        self.picker.row(name).locator(".bnb-name").click()
        expect(self.title).to_have_text(name)

    def field(self, title: str) -> Locator:
        """Return what stands beside this title."""
        return self.root.locator(f'dd[data-field="{title}"]')

    def button(self, name: str) -> Locator:
        """Return a button of it."""
        return self.root.get_by_role("button", name=name, exact=True)

    def expect_link(self, text: str, start: str) -> None:
        """Assert that a link leads there, in a page of its own that knows nothing of this one."""
        link = self.root.get_by_role("link", name=text)
        expect(link).to_have_attribute("href", re.compile("^" + re.escape(start)))
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        expect(link).to_have_attribute("title", "Opens in the browser's own AWS session")


def test_each_shape_of_job_and_the_ways_on(desk: Desk) -> None:
    """What decides whether to end a job is beside the list, and nothing is asked for that nobody wants to see."""
    notebook = desk.take(START_IN_A_REGION, AS_ON_AWS, SHOW, DENY_LOGS)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    notebook.run(0, 1, 2)
    drawer = Drawer(LabPicker(notebook, 2))
    check_one_container(drawer)
    notebook.run(3)
    check_log(drawer)
    check_containers_and_pods(drawer)
    check_nodes(drawer)
    check_arrays(drawer)


def check_one_container(drawer: Drawer) -> None:
    """Assert that of the usual job all is told, its environment only when asked for, and who waits for it."""
    drawer.open("sweep-lr-003")
    expect(drawer.root).to_contain_text("RUNNING for")
    expect(drawer.field("Image")).to_have_text("train:2026.11")
    expect(drawer.field("Holds")).to_have_text("8 vCPU, 60 GiB, 1 GPU")
    expect(drawer.field("Queue")).to_have_text("train-gpu")
    expect(drawer.field("Definition")).to_have_text("train-sweep:7")
    drawer.expect_link("AWS console", f"{CONSOLE}/detail/")
    drawer.expect_link("CloudWatch", f"{LOGS}$252Faws$252Fbatch$252Fjob/log-events/")
    drawer.button("Copy as JSON").click()
    copied = json.loads(drawer.page.evaluate("navigator.clipboard.readText()"))
    assert copied["jobName"] == "sweep-lr-003"
    drawer.button("Look").click()
    drawer.button("Select sweep-eval-0 too").click()
    expect(drawer.picker.counts).to_have_text("1 selected")
    drawer.button("sweep-eval-0").click()
    expect(drawer.title).to_have_text("sweep-eval-0")
    expect(drawer.root).to_contain_text("Waits for")
    drawer.button("sweep-lr-003").click()
    expect(drawer.title).to_have_text("sweep-lr-003")
    drawer.button("team=vision").click()
    expect(drawer.picker.root.locator(".bnb-search")).to_have_value("name:=sweep-lr-003 tag:team==vision")


def check_log(drawer: Drawer) -> None:
    """Assert that a log is loaded on demand, and that it is said which right is missing."""
    drawer.open("sweep-lr-004")
    load = drawer.button("Load the last 50 lines")
    load.click()
    expect(drawer.root).to_contain_text("You may not read this log: needs logs:GetLogEvents on /aws/batch/job.")
    drawer.button("Load again").click()
    expect(drawer.root.locator(".bnb-log")).to_contain_text("step")


def check_containers_and_pods(drawer: Drawer) -> None:
    """Assert that several containers stand under their names, and a pod says where it runs."""
    drawer.open("train-pair")
    expect(drawer.field("Command")).to_have_text("loader load --shards 64trainer train --epochs 90")
    expect(drawer.field("Holds")).to_have_text("32 vCPU, 192 GiB, 4 GPUs")
    expect(drawer.root.locator(".bnb-tiny tr")).to_have_count(3)
    expect(drawer.root.locator(".bnb-tiny tr").first).to_contain_text("137")
    drawer.open("variant-call-large-000")
    expect(drawer.field("Command")).to_contain_text("caller call --threads 8")
    expect(drawer.field("Exit")).to_contain_text("caller 137 · OOMKilled")
    expect(drawer.field("Where")).to_contain_text("namespace genomics")
    expect(drawer.root).to_contain_text(re.compile(r"EKS names no log stream\. Pod aws-batch\.\S+ on ip-10-"))
    expect(drawer.root).not_to_contain_text("/reference/GRCh38.fa")
    drawer.root.get_by_text("Environment (1)").click()
    drawer.button("Show").click()
    expect(drawer.root).to_contain_text("REFERENCE=/reference/GRCh38.fa")
    drawer.expect_link("AWS console", f"{CONSOLE}/detail/")


def check_nodes(drawer: Drawer) -> None:
    """Assert that ranges of nodes are told apart, and that a node is opened by its number."""
    drawer.open("climate-run")
    expect(drawer.field("Where")).to_contain_text("8, main node 0")
    expect(drawer.field("Image")).to_contain_text("climate:12")
    drawer.expect_link("AWS console", f"{CONSOLE}/mnp-job/")
    drawer.root.get_by_label("Number of the node, 0 to 7").fill("7")
    drawer.button("Open").click()
    expect(drawer.root).to_contain_text("Node 7 of a multi-node job.")
    expect(drawer.field("Command")).to_have_text("work --gather")
    drawer.button("Open the multi-node job").click()
    expect(drawer.title).to_have_text("climate-run")


def check_arrays(drawer: Drawer) -> None:
    """Assert that a child is opened by its number, and that all of them come into the list where they are opened."""
    picker = drawer.picker
    drawer.open("sweep-array")
    drawer.expect_link("AWS console", f"{CONSOLE}/array-job/")
    drawer.root.get_by_label("Number of the child, 0 to 119").fill("118")
    drawer.button("Open").click()
    expect(drawer.root).to_contain_text("Child 118 of an array.")
    drawer.page.keyboard.press("Escape")
    expect(drawer.root).to_be_hidden()
    picker.root.locator(".bnb-group-by summary").click()
    picker.root.get_by_role("radio", name="Array", exact=True).check()
    drawer.page.keyboard.press("Escape")
    head = picker.root.locator(".bnb-group:visible").first
    expect(head.locator(".bnb-group-jobs")).to_have_text("1 array, 95 live children")
    head.locator(".bnb-group-title").click()
    expect(head.locator(".bnb-group-jobs")).to_have_text("1 array, 120 children in the list")
    picker.filter("id:*:118")
    expect(picker.root.get_by_role("button", name="Select all 1")).to_be_enabled()
