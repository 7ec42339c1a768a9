"""The magics themselves: read the flags, call the plain functions, show the results.

The functions are imported when a magic needs them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from batchnb.endpoints import emulator_status, start_emulator, stop_emulator
from batchnb.errors import InputError
from batchnb.magics.defaults import connection_of
from batchnb.magics.guard_options import layer_of
from batchnb.magics.options import (
    HISTORY,
    JOBS,
    LOCAL,
    RESUME,
    TERMINATE,
    ids_in_cell,
    ids_in_line,
    rest_options_of,
    run_options_of,
    selectors_of,
)
from batchnb.magics.parser import Line
from batchnb.magics.steps import (
    check_reason_flag,
    count_watched,
    execute,
    how_to_execute,
    list_by_flags,
    picker_of,
    plan_by_flags,
    say,
)
from batchnb.magics.wording import speaks_flags
from batchnb.model.showing import show_as
from batchnb.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from batchnb.model.event import JobEvent
    from batchnb.model.plan import Plan
    from batchnb.model.report import InterruptedRunError, Report
    from batchnb.widget import JobPicker

__all__ = ["Notebook", "emulator", "jobs", "resume_run", "runs", "terminate"]


class Notebook(Protocol):
    """Where a magic was typed."""

    shell: Any

    def keeps(self, name: str | None, value: object) -> bool:
        """Put the value into the variable of this name; return whether there is one."""

    def shows(self, value: object) -> None:
        """Show the value now."""

    def name_of_result(self, magic: str) -> str | None:
        """Return the name that the cell gives to what this magic returns; None where nothing tells."""

    def has_shown(self, value: Plan | Report) -> None:
        """Do not show the value again as the result of the cell that runs."""


@speaks_flags(JOBS)
def jobs(notebook: Notebook, line: str) -> pd.DataFrame | None:
    """Run `%batch_jobs`."""
    flags = JOBS.read(line)
    if flags.help:
        say(JOBS.help_for(flags))
        return None
    if flags.expression:
        raise InputError(f"%batch_jobs: {shown(flags.expression)!r} is not a flag. See %batch_jobs --help.")
    from batchnb.model.listing_view import show_in_notebooks

    show_in_notebooks(notebook.shell)
    found = list_by_flags(flags)
    if found.empty:
        say("No job matches in the queues that were listed." if found.attrs["not_listed"] else "No job matches.")
    return None if notebook.keeps(flags.out, found) else found


@speaks_flags(TERMINATE)
def terminate(
    notebook: Notebook, line: str, cell: str | None, local_ns: Mapping[str, Any] | None
) -> Plan | Report | JobPicker | None:
    """Run `%batch_terminate` or `%%batch_terminate`."""
    flags = TERMINATE.read(line)
    if flags.help:
        say(TERMINATE.help_for(flags))
        return None
    if flags.yes and flags.dry_run:
        raise InputError("%batch_terminate: --yes and --dry-run contradict each other. Nothing was ended.")
    layer_of(flags)  # a guard that cannot be read is an error before any call
    named = _named(notebook, flags, cell, local_ns)
    if picker := picker_of(named, flags):
        if not notebook.keeps(flags.out, picker):
            return picker
        notebook.shows(picker)
        return None
    plan = plan_by_flags(named, flags)
    if flags.yes:
        with show_as(plan, begins=True):
            _show(notebook, plan, plan, quiet=flags.quiet)
        return _carry_out(notebook, partial(execute, plan, flags), flags, total=count_watched(plan))
    kept = notebook.keeps(flags.out, plan)
    name = flags.out or notebook.name_of_result("batch_terminate")
    if name is None:  # nobody could type it otherwise
        notebook.keeps(name := "batch_plan", plan)
    with show_as(plan, name):
        _show(notebook, plan, plan, quiet=flags.quiet)
    again = "executes this plan" if named is plan else "makes the plan again and runs it"
    say(how_to_execute(plan, f"The same {'line' if cell is None else 'cell'} with --yes {again}."))
    return None if kept else plan


@speaks_flags(LOCAL)
def emulator(line: str) -> None:
    """Run `%batch_local`."""
    flags = LOCAL.read(line)
    actions: dict[str, Callable[[], str]] = {
        "start": partial(start_emulator, flags.seed),
        "status": emulator_status,
        "stop": stop_emulator,
    }
    if flags.help:
        say(LOCAL.help_for(flags))
    elif flags.expression in actions:
        say(actions[flags.expression]())
    else:
        said = f"{shown(flags.expression)!r} is not one of" if flags.expression else "say what to do:"
        raise InputError(f"%batch_local: {said} {', '.join(actions)}. See %batch_local --help.")


@speaks_flags(RESUME)
def resume_run(notebook: Notebook, line: str) -> Report | None:
    """Run `%batch_resume`."""
    flags = RESUME.read(line)
    if flags.help:
        say(RESUME.help_for(flags))
        return None
    from batchnb.api import resume

    run_id = flags.expression or None

    def resume_it(on_event: Callable[[JobEvent], None]) -> Report:
        options = {name: getattr(flags, name) for name in ("max_jobs", "max_percent", "accept_unseen")}
        options |= rest_options_of(flags)
        return resume(run_id, on_event=on_event, **options, **run_options_of(flags), **connection_of(flags))

    return _carry_out(notebook, resume_it, flags)


def runs(notebook: Notebook, line: str) -> pd.DataFrame | None:
    """Run `%batch_history`."""
    flags = HISTORY.read(line)
    if flags.help:
        say(HISTORY.help_for(flags))
        return None
    if flags.expression:
        raise InputError(f"%batch_history: {shown(flags.expression)!r} is not a flag. See %batch_history --help.")
    from batchnb.model.listing_view import show_in_notebooks
    from batchnb.running.history import history

    show_in_notebooks(notebook.shell)
    found = history()
    return None if notebook.keeps(flags.out, found) else found


def _named(notebook: Notebook, flags: Line, cell: str | None, local_ns: Mapping[str, Any] | None) -> object:
    """Return what the line or the cell names: ids, the value of the expression, or the jobs that match."""
    given = [name for name, value in selectors_of(flags).items() if value is not None]
    if [bool(flags.expression), cell is not None, bool(given)].count(True) != 1:
        raise InputError(
            '%batch_terminate: which jobs? For example: %batch_terminate jobs --reason "…". Give a DataFrame, ids '
            "or selectors such as --queue, and not several of them."
        )
    if cell is not None:
        return ids_in_cell(cell)
    if flags.expression:
        return _evaluated(notebook, flags.expression, local_ns)
    if given == ["limit"]:
        raise InputError("%batch_terminate: say which jobs, for example with --queue or --name. --limit says how many.")
    check_reason_flag(flags)
    found = list_by_flags(flags)
    if found.empty:
        where = " in the queues that were listed" if found.attrs["not_listed"] else ""
        raise InputError(f"%batch_terminate: no job matches these selectors{where}. Nothing was ended.")
    return found


def _evaluated(notebook: Notebook, expression: str, local_ns: Mapping[str, Any] | None) -> object:
    if ids := ids_in_line(expression):
        return ids
    try:
        # One namespace, or the comprehensions of the expression would not see what is local.
        names = {**notebook.shell.user_global_ns, **(local_ns or {})}
        return eval(expression, names)  # noqa: S307 - what the user typed in a cell
    except Exception as error:
        raise InputError(
            f"%batch_terminate: cannot evaluate {shown(expression)!r} ({type(error).__name__}: {shown(error)}). "
            "Give a DataFrame, an expression for one, or job ids."
        ) from error


def _carry_out(
    notebook: Notebook, run: Callable[[Callable[[JobEvent], None]], Report], flags: Line, total: int | None = None
) -> Report | None:
    """Execute a run with a progress bar; keep and show its report in any case, and fail if the run did."""
    from batchnb.model.event import EventState
    from batchnb.model.report import InterruptedRunError
    from batchnb.progress import counting

    interruption: InterruptedRunError | None = None
    with counting("seen to end", unit=" jobs", total=total, silent=flags.quiet) as count:

        def on_event(event: JobEvent) -> None:
            if event.state is EventState.ENDED:
                count(1)

        try:
            report = run(on_event)
        except InterruptedRunError as error:
            report, interruption = error.report, error
    kept = notebook.keeps(flags.out, report)
    _show(notebook, report, report.plan, quiet=flags.quiet)
    if interruption is not None:
        raise interruption
    report.raise_for_failures()
    return None if kept else report


def _show(notebook: Notebook, value: Plan | Report, plan: Plan, *, quiet: bool) -> None:
    """Show the value now, in one line and its warnings if quiet, and not again as the cell's result."""
    from batchnb.model.plan_view import plan_warnings

    if quiet:
        say(f"{value!r} in {plan.identity}")
        for sentence in plan_warnings(plan) if value is plan else ():
            say(sentence)
    else:
        notebook.shows(value)
    notebook.has_shown(value)
