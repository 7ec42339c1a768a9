"""The magics: listing, terminating, resuming, the history of runs, and the emulator. IPython's only door.

Each is a thin layer: it reads its flags, calls the plain functions, and shows what they return. The functions are
imported when a magic runs, so that `%load_ext batchnb` costs nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand

from batchnb.errors import InputError, InterruptedRunError
from batchnb.flags import Line
from batchnb.kernel_emulator import start, status, stop
from batchnb.magic_flags import (
    HISTORY,
    JOBS,
    LOCAL,
    RESUME,
    TERMINATE,
    connection_of,
    ids_in_cell,
    ids_in_line,
    run_options_of,
    selectors_of,
)
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from batchnb.ledger import JobEvent
    from batchnb.plans import Plan
    from batchnb.report import Report

__all__ = ["BatchMagics", "load", "unload"]

_SHOWN_TYPES = ("batchnb.plans.Plan", "batchnb.report.Report")


@magics_class
class BatchMagics(Magics):
    """The magics of batchnb."""

    shell: Any  # IPython allows for None here, which does not happen to a registered magic
    _shown_already: Plan | Report | None = None
    """What a magic has shown in the cell that runs."""

    @no_var_expand
    @line_magic
    def batch_jobs(self, line: str) -> pd.DataFrame | None:  # noqa: D102 - the help is built from the flags
        flags = JOBS.read(line)
        if flags.help:
            _say(JOBS.format_help())
            return None
        if flags.expression:
            raise InputError(f"%batch_jobs: {shown(flags.expression)!r} is no flag. See %batch_jobs --help.")
        jobs = _listed(flags, "%batch_jobs")
        if jobs.empty:
            _say("No job matches.")
        return None if self._keeps(flags.out, jobs) else jobs

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def batch_terminate(  # noqa: D102 - the help is built from the flags
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Plan | Report | None:
        flags = TERMINATE.read(line)
        if flags.help:
            _say(TERMINATE.format_help())
            return None
        if flags.yes and flags.dry_run:
            raise InputError("%batch_terminate: --yes and --dry-run contradict each other. Nothing was done.")
        jobs = self._jobs(flags, cell, local_ns)
        plan = _planned(jobs, flags)
        self._show(plan, plan, quiet=flags.quiet)
        if flags.yes:
            return self._carry_out(partial(_execute, plan, flags), flags, total=_watched(plan))
        again = "carries out this very plan" if jobs is plan else "makes the plan anew and carries it out"
        what = f"The same {'line' if cell is None else 'cell'} with --yes {again}."
        _say(f"Nothing was ended. {what if plan.to_end else 'There is no job in it that could be.'}")
        return None if self._keeps(flags.out, plan) else plan

    @no_var_expand
    @line_magic
    def batch_local(self, line: str) -> None:  # noqa: D102 - the help is built from the flags
        flags = LOCAL.read(line)
        actions: dict[str, Callable[[], str]] = {"start": partial(start, flags.seed), "status": status, "stop": stop}
        if flags.help:
            _say(LOCAL.format_help())
        elif flags.expression in actions:
            _say(actions[flags.expression]())
        else:
            said = f"{shown(flags.expression)!r} is none of" if flags.expression else "say what to do:"
            raise InputError(f"%batch_local: {said} {', '.join(actions)}. See %batch_local --help.")

    @no_var_expand
    @line_magic
    def batch_resume(self, line: str) -> Report | None:  # noqa: D102 - the help is built from the flags
        flags = RESUME.read(line)
        if flags.help:
            _say(RESUME.format_help())
            return None
        from batchnb.api import resume

        run_id = flags.expression or None

        def resume_it(on_event: Callable[[JobEvent], None]) -> Report:
            return resume(run_id, on_event=on_event, **run_options_of(flags), **connection_of(flags))

        return self._carry_out(resume_it, flags)

    @no_var_expand
    @line_magic
    def batch_history(self, line: str) -> pd.DataFrame | None:  # noqa: D102 - the help is built from the flags
        flags = HISTORY.read(line)
        if flags.help:
            _say(HISTORY.format_help())
            return None
        if flags.expression:
            raise InputError(f"%batch_history: {shown(flags.expression)!r} is no flag. See %batch_history --help.")
        from batchnb.runs import history

        runs = history()
        return None if self._keeps(flags.out, runs) else runs

    def _jobs(self, flags: Line, cell: str | None, local_ns: Mapping[str, Any] | None) -> object:
        """Return what the line or the cell names: ids, whatever the expression gives, or the jobs that match."""
        selects = any(value is not None for value in selectors_of(flags).values())
        if [bool(flags.expression), cell is not None, selects].count(True) != 1:
            raise InputError(
                "%batch_terminate: name the jobs in one way: a DataFrame or ids in the line, ids in the cell, or "
                "selectors such as --queue and --name. They exclude each other, and none is not 'all'."
            )
        if cell is not None:
            return ids_in_cell(cell)
        if flags.expression:
            return self._evaluate(flags.expression, local_ns)
        _check_reason(flags)
        jobs = _listed(flags, "%batch_terminate")
        if jobs.empty:
            raise InputError("%batch_terminate: no job matches these selectors. Nothing was done.")
        return jobs

    def _evaluate(self, expression: str, local_ns: Mapping[str, Any] | None) -> object:
        if ids := ids_in_line(expression):
            return ids
        try:
            # One namespace, or the comprehensions of the expression would not see what is local.
            names = {**self.shell.user_global_ns, **(local_ns or {})}
            return eval(expression, names)  # noqa: S307 - what the user typed in a cell
        except Exception as error:
            raise InputError(
                f"%batch_terminate: cannot evaluate {shown(expression)!r} ({type(error).__name__}: {shown(error)}). "
                "Give a DataFrame, an expression for one, or job ids."
            ) from error

    def _carry_out(
        self, run: Callable[[Callable[[JobEvent], None]], Report], flags: Line, total: int | None = None
    ) -> Report | None:
        """Carry a run out with a progress bar; keep and show its report, whatever became of it, and fail if it did."""
        from batchnb.api import counting
        from batchnb.ledger import EventState

        interruption: InterruptedRunError | None = None
        with counting("seen to end", unit=" jobs", total=total, silent=flags.quiet) as count:

            def on_event(event: JobEvent) -> None:
                if event.state is EventState.ENDED:
                    count(1)

            try:
                report = run(on_event)
            except InterruptedRunError as error:
                report, interruption = error.report, error
        kept = self._keeps(flags.out, report)
        self._show(report, report.plan, quiet=flags.quiet)
        if interruption is not None:
            raise interruption
        report.raise_for_failures()
        return None if kept else report

    def _keeps(self, name: str | None, value: object) -> bool:
        """Put the value into the variable that --out names; return whether there is one."""
        if name is not None:
            self.shell.user_ns[name] = value
        return name is not None

    def _show(self, value: Plan | Report, plan: Plan, *, quiet: bool) -> None:
        """Show the value now, in whatever line of the cell the magic stands, and not again as the cell's result."""
        from IPython.display import display

        self._shown_already = None
        if quiet:
            _say(f"{value!r} in {plan.identity}")
        else:
            display(value)  # type: ignore[no-untyped-call]
        self._shown_already = value

    def show_once(self, value: Any) -> None:
        """Show nothing where a magic has shown this value in the same cell; IPython calls it for Plan and Report."""
        if value is not self._shown_already:
            raise NotImplementedError  # by which IPython goes on as it would without this
        if not hasattr(self.shell, "kernel"):
            # A terminal has written "Out[1]:" by now, which must not stand there alone.
            _say(repr(value))

    def begin_cell(self, _info: object = None) -> None:
        """Forget what the cell before has shown; IPython calls it before each cell."""
        self._shown_already = None


BatchMagics.batch_jobs.__doc__ = JOBS.format_help()
BatchMagics.batch_terminate.__doc__ = TERMINATE.format_help()
BatchMagics.batch_resume.__doc__ = RESUME.format_help()
BatchMagics.batch_history.__doc__ = HISTORY.format_help()
BatchMagics.batch_local.__doc__ = LOCAL.format_help()


def load(shell: InteractiveShell) -> None:
    """Register the magics with the shell."""
    magics = BatchMagics(shell)
    shell.register_magics(magics)
    shell.events.register("pre_run_cell", magics.begin_cell)
    for name in _SHOWN_TYPES:
        magics.shell.display_formatter.ipython_display_formatter.for_type(name, magics.show_once)


def unload(shell: InteractiveShell) -> None:
    """Take the magics from the shell again. A running emulator goes on; `%batch_local stop` ends it."""
    magics = shell.magics_manager.registry.pop(BatchMagics.__name__, None)
    if magics is None:
        return
    for kind, names in BatchMagics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    shell.events.unregister("pre_run_cell", magics.begin_cell)
    for name in _SHOWN_TYPES:
        magics.shell.display_formatter.ipython_display_formatter.pop(name, None)


def _listed(flags: Line, magic: str) -> pd.DataFrame:
    """Return the jobs that the selectors mean, and say what --limit left out of them."""
    from batchnb.api import list_jobs

    selectors = selectors_of(flags)
    if all(value is None for name, value in selectors.items() if name != "limit"):
        raise InputError(f"{magic}: say which jobs, for example with --queue, --name or --status. See {magic} --help.")
    jobs = list_jobs(**selectors, **connection_of(flags))
    if left_out := jobs.attrs["left_out"]:
        _say(f"--limit {flags.limit}: the oldest are listed, {plural(left_out, 'job')} left out.")
    return jobs


def _planned(jobs: object, flags: Line) -> Plan:
    from batchnb.api import plan
    from batchnb.plans import Plan

    if not isinstance(jobs, Plan):
        _check_reason(flags)
        return plan(jobs, reason=flags.reason, ids=flags.ids, **connection_of(flags))
    if flags.reason not in (None, jobs.reason):
        raise InputError("--reason: the plan has a reason already, and a plan is not changed. Make a new one.")
    for name, value in {**connection_of(flags), "ids": flags.ids}.items():
        if value is not None:
            raise InputError(f"--{name.replace('_', '-')}: the plan was made without it. Make a new one.")
    return jobs


def _check_reason(flags: Line) -> None:
    from batchnb.plans import check_reason

    if flags.reason is None:
        raise InputError(
            '%batch_terminate: --reason is missing. Say why these jobs are ended: --reason "OPS-123 bad input". '
            "AWS keeps it with each job."
        )
    check_reason(flags.reason)


def _execute(plan: Plan, flags: Line, on_event: Callable[[JobEvent], None]) -> Report:
    return plan.execute(on_event=on_event, **run_options_of(flags))


def _watched(plan: Plan) -> int:
    return sum(planned.verdict.is_watched for planned in plan.jobs)


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a magic speaks to whoever typed it
