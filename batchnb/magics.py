"""The magics: `%batch_jobs`, `%batch_terminate` (line and cell) and `%batch_local`. IPython's only door.

Each is a thin layer: it reads its flags, calls the plain functions, and shows what they return. The functions are
imported when a magic runs, so that `%load_ext batchnb` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand

from batchnb.errors import InputError
from batchnb.flags import Line
from batchnb.magic_flags import JOBS, LOCAL, TERMINATE, connection_of, selectors_of
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from batchnb.ledger import JobEvent
    from batchnb.local import LocalBatch
    from batchnb.plans import Plan
    from batchnb.report import Report

__all__ = ["BatchMagics", "load", "unload"]

_emulator: LocalBatch | None = None


@magics_class
class BatchMagics(Magics):
    """The magics of batchnb."""

    shell: Any  # IPython allows for None here, which does not happen to a registered magic

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shown_already: object = None
        for room, name in (("batchnb.plans", "Plan"), ("batchnb.report", "Report")):
            shell.display_formatter.ipython_display_formatter.for_type_by_name(room, name, self._show_unless_shown)

    @no_var_expand
    @line_magic
    def batch_jobs(self, line: str) -> pd.DataFrame | None:  # noqa: D102 - the help is built from the flags
        flags = JOBS.read(line)
        if flags.help:
            return print(JOBS.format_help())  # noqa: T201 - a magic speaks to whoever typed it
        if flags.expression:
            raise InputError(f"%batch_jobs: {shown(flags.expression)!r} is no flag. See %batch_jobs --help.")
        from batchnb.api import list_jobs

        self._check_variable(flags.out)
        jobs = list_jobs(**selectors_of(flags), **connection_of(flags))
        if jobs.empty:
            print("No job matches.")  # noqa: T201
        if left_out := jobs.attrs["left_out"]:
            print(f"--limit {flags.limit}: the oldest are listed, {plural(left_out, 'job')} left out.")  # noqa: T201
        return None if self._keeps(flags.out, jobs) else jobs

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def batch_terminate(  # noqa: D102 - the help is built from the flags
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Plan | Report | None:
        flags = TERMINATE.read(line)
        if flags.help:
            return print(TERMINATE.format_help())  # noqa: T201
        self._check_variable(flags.out)
        if flags.yes and flags.dry_run:
            raise InputError("%batch_terminate: --yes and --dry-run contradict each other. Nothing was done.")
        plan = self._plan(flags, cell, local_ns)
        self._show(plan, quiet=flags.quiet)
        if not flags.yes:
            print("Nothing was ended. The same line with --yes ends these jobs.")  # noqa: T201
            return None if self._keeps(flags.out, plan) else plan
        return self._execute(plan, flags)

    @line_magic
    def batch_local(self, line: str) -> None:  # noqa: D102 - the help is built from the flags
        flags = LOCAL.read(line)
        actions = {"start": _start_local, "status": _local_status, "stop": _stop_local}
        if flags.help:
            print(LOCAL.format_help())  # noqa: T201
        elif flags.expression in actions:
            print(actions[flags.expression](flags))  # noqa: T201
        else:
            raise InputError(f"%batch_local: {shown(flags.expression)!r} is none of {', '.join(actions)}.")

    def _plan(self, flags: Line, cell: str | None, local_ns: Mapping[str, Any] | None) -> Plan:
        from batchnb.api import list_jobs, plan
        from batchnb.plans import Plan, check_reason

        selectors = {name: value for name, value in selectors_of(flags).items() if value is not None}
        sources = [bool(flags.expression), cell is not None, bool(selectors)]
        if sum(sources) != 1:
            raise InputError(
                "%batch_terminate: name the jobs in one way: a DataFrame or ids in the line, ids in the cell, or "
                "selectors such as --queue and --name. They exclude each other, and none is not 'all'."
            )
        jobs: object = None
        if cell is not None:
            jobs = ids_in_cell(cell)
        elif flags.expression:
            jobs = self._evaluate(flags.expression, local_ns)
        if isinstance(jobs, Plan):
            return _own_plan(jobs, flags)
        check_reason(flags.reason)
        if selectors:
            jobs = list_jobs(**selectors, **connection_of(flags))
            if jobs.empty:
                raise InputError("%batch_terminate: no job matches these selectors. Nothing was done.")
        return plan(jobs, reason=flags.reason, ids=flags.ids, **connection_of(flags))

    def _execute(self, plan: Plan, flags: Line) -> Report | None:
        from batchnb.api import counting
        from batchnb.ledger import EventState

        watched = sum(planned.verdict.is_watched for planned in plan.jobs)
        with counting("seen to end", unit=" jobs", total=watched, silent=flags.quiet) as count:

            def on_event(event: JobEvent) -> None:
                if event.state is EventState.ENDED:
                    count(1)

            report = plan.execute(wait=flags.wait, timeout=flags.timeout, on_event=on_event)
        kept = self._keeps(flags.out, report)
        self._show(report, quiet=flags.quiet)
        report.raise_for_failures()
        return None if kept else report

    def _evaluate(self, expression: str, local_ns: Mapping[str, Any] | None) -> object:
        from batchnb.ids import parse_job_id

        try:
            return [parse_job_id(word).job_id for word in expression.split()]
        except InputError:
            pass
        try:
            return eval(expression, self.shell.user_global_ns, local_ns)  # noqa: S307 - what the user typed in a cell
        except Exception as error:
            raise InputError(
                f"%batch_terminate: cannot evaluate {shown(expression)!r} ({type(error).__name__}: {shown(error)}). "
                "Give a DataFrame, an expression for one, or job ids."
            ) from error

    def _check_variable(self, name: str | None) -> None:
        if name is not None and not name.isidentifier():
            raise InputError(f"--out: {shown(name)!r} is no name of a variable.")

    def _keeps(self, name: str | None, value: object) -> bool:
        """Put the value into the variable that --out names; return whether there is one."""
        if name is not None:
            self.shell.user_ns[name] = value
        return name is not None

    def _show(self, value: Plan | Report, *, quiet: bool) -> None:
        """Show the value now, in whatever line of the cell the magic stands, and not again as the cell's result."""
        from IPython.display import display

        if quiet:
            print(repr(value))  # noqa: T201
        else:
            self._shown_already = None
            display(value)  # type: ignore[no-untyped-call]
        self._shown_already = value

    def _show_unless_shown(self, value: Any) -> None:
        """Show a Plan or a Report, but for the one that the magic, whose result it is, has just shown."""
        from IPython.display import publish_display_data

        if value is self._shown_already:
            self._shown_already = None
        else:
            publish_display_data(value._repr_mimebundle_())  # type: ignore[no-untyped-call]


BatchMagics.batch_jobs.__doc__ = JOBS.format_help()
BatchMagics.batch_terminate.__doc__ = TERMINATE.format_help()
BatchMagics.batch_local.__doc__ = LOCAL.format_help()


def load(shell: InteractiveShell) -> None:
    """Register the magics with the shell."""
    shell.register_magics(BatchMagics)


def unload(shell: InteractiveShell) -> None:
    """Take the magics from the shell again. A running emulator goes on; `%batch_local stop` ends it."""
    for kind, names in BatchMagics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    shell.magics_manager.registry.pop(BatchMagics.__name__, None)


def ids_in_cell(cell: str) -> list[str]:
    r"""Return the ids in a cell, one a line; from a `#` on, a line is a comment.

    >>> ids_in_cell("# the sweep\n11111111-2222-3333-4444-555555555555  # first\n\n")
    ['11111111-2222-3333-4444-555555555555']

    The `#` of a node's id has no white space before it. Raises InputError for a line that is no job id.
    """
    from batchnb.ids import parse_job_id

    ids: list[str] = []
    for number, line in enumerate(cell.splitlines(), start=1):
        words = line.split("#", 1)[0] if line.lstrip().startswith("#") else line.split(" #", 1)[0].split("\t#", 1)[0]
        if not words.strip():
            continue
        try:
            parse_job_id(words)
        except InputError as error:
            raise InputError(f"line {number} of the cell: {error}") from error
        ids.append(words.strip())
    if not ids:
        raise InputError("the cell holds no job id: write one a line below %%batch_terminate.")
    return ids


def _own_plan(plan: Plan, flags: Line) -> Plan:
    if flags.reason is not None and flags.reason != plan.reason:
        raise InputError("--reason: the plan has a reason already, and a plan is not changed. Make a new one.")
    return plan


def _start_local(flags: Line) -> str:
    global _emulator
    from batchnb import local
    from batchnb.aws import set_default_endpoint

    if _emulator is None or not _emulator.running:
        _emulator = local.start(local.night, seed=flags.seed, clock=local.WallClock(speed=20))
    set_default_endpoint(_emulator.endpoint_url)
    return _local_status(flags)


def _local_status(_flags: Line) -> str:
    if _emulator is None or not _emulator.running:
        return "No emulator is running. Calls go to AWS. '%batch_local start' starts one."
    jobs = sum(1 for _ in _emulator.world.jobs())
    return (
        f"The emulator runs at {_emulator.endpoint_url} with {plural(jobs, 'job')}: account {_emulator.account}, "
        f"Region {_emulator.region}. It is not AWS. Calls of this kernel go there until '%batch_local stop'."
    )


def _stop_local(_flags: Line) -> str:
    global _emulator
    from batchnb.aws import set_default_endpoint

    set_default_endpoint(None)
    if _emulator is None or not _emulator.running:
        return "No emulator was running. Calls go to AWS."
    _emulator.stop()
    _emulator = None
    return "The emulator is stopped and its jobs are gone. Calls go to AWS from now on."
