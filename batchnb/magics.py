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
from batchnb.magic_guards import GuardSettings
from batchnb.magic_steps import check_reason_flag, execute, listed, picker_of, planned, say, watched
from batchnb.settings import set_notebook_layer
from batchnb.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from batchnb.ledger import JobEvent
    from batchnb.plans import Plan
    from batchnb.report import Report
    from batchnb.widget import JobPicker

__all__ = ["BatchMagics", "load", "unload"]

_SHOWN_TYPES = ("batchnb.plans.Plan", "batchnb.report.Report")


@magics_class
class BatchMagics(GuardSettings, Magics):
    """The magics of batchnb."""

    shell: Any  # IPython allows for None here, which does not happen to a registered magic
    _shown_already: Plan | Report | None = None
    """What a magic has shown in the cell that runs."""

    @no_var_expand
    @line_magic
    def batch_jobs(self, line: str) -> pd.DataFrame | None:  # noqa: D102 - the help is built from the flags
        flags = JOBS.read(line)
        if flags.help:
            say(JOBS.format_help())
            return None
        if flags.expression:
            raise InputError(f"%batch_jobs: {shown(flags.expression)!r} is no flag. See %batch_jobs --help.")
        jobs = listed(flags, "%batch_jobs")
        if jobs.empty:
            say("No job matches.")
        return None if self._keeps(flags.out, jobs) else jobs

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def batch_terminate(  # noqa: D102 - the help is built from the flags
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Plan | Report | JobPicker | None:
        flags = TERMINATE.read(line)
        if flags.help:
            say(TERMINATE.format_help())
            return None
        if flags.yes and flags.dry_run:
            raise InputError("%batch_terminate: --yes and --dry-run contradict each other. Nothing was done.")
        jobs = self._jobs(flags, cell, local_ns)
        if picker := picker_of(jobs, flags):
            return None if self._keeps(flags.out, picker) else picker
        plan = planned(jobs, flags)
        self._show(plan, plan, quiet=flags.quiet)
        if flags.yes:
            return self._carry_out(partial(execute, plan, flags), flags, total=watched(plan))
        again = "carries out this very plan" if jobs is plan else "makes the plan anew and carries it out"
        what = f"The same {'line' if cell is None else 'cell'} with --yes {again}."
        say(f"Nothing was ended. {what if plan.to_end else 'There is no job in it that could be.'}")
        return None if self._keeps(flags.out, plan) else plan

    @no_var_expand
    @line_magic
    def batch_local(self, line: str) -> None:  # noqa: D102 - the help is built from the flags
        flags = LOCAL.read(line)
        actions: dict[str, Callable[[], str]] = {"start": partial(start, flags.seed), "status": status, "stop": stop}
        if flags.help:
            say(LOCAL.format_help())
        elif flags.expression in actions:
            say(actions[flags.expression]())
        else:
            said = f"{shown(flags.expression)!r} is none of" if flags.expression else "say what to do:"
            raise InputError(f"%batch_local: {said} {', '.join(actions)}. See %batch_local --help.")

    @no_var_expand
    @line_magic
    def batch_resume(self, line: str) -> Report | None:  # noqa: D102 - the help is built from the flags
        flags = RESUME.read(line)
        if flags.help:
            say(RESUME.format_help())
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
            say(HISTORY.format_help())
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
        check_reason_flag(flags)
        jobs = listed(flags, "%batch_terminate")
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
            say(f"{value!r} in {plan.identity}")
        else:
            display(value)  # type: ignore[no-untyped-call]
        self._shown_already = value

    def show_once(self, value: Any) -> None:
        """Show nothing where a magic has shown this value in the same cell; IPython calls it for Plan and Report."""
        if value is not self._shown_already:
            raise NotImplementedError  # by which IPython goes on as it would without this
        if not hasattr(self.shell, "kernel"):
            # A terminal has written "Out[1]:" by now, which must not stand there alone.
            say(repr(value))

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
    set_notebook_layer(magics.guard_settings)
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
    set_notebook_layer(None)
    shell.configurables[:] = [one for one in shell.configurables if one is not magics]  # or %config would find it
    shell.events.unregister("pre_run_cell", magics.begin_cell)
    for name in _SHOWN_TYPES:
        magics.shell.display_formatter.ipython_display_formatter.pop(name, None)
