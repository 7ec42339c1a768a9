"""The magics and their settings as IPython knows them: names, help, what a cell shows. The only importer of IPython.

Here is no more than has to be there before one is used, so that `%load_ext batchnb` costs a few milliseconds: what a
magic does, and its flags, are imported when it runs or when its help is asked for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from IPython.core.completer import SimpleCompletion, context_matcher
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand

from batchnb.errors import InputError
from batchnb.guards.notebook_defaults import set_notebook_defaults
from batchnb.guards.notebook_layer import set_notebook_layer
from batchnb.guards.notebook_traits import GuardSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from batchnb.model.plan import Plan
    from batchnb.model.report import Report
    from batchnb.widget import JobPicker

__all__ = ["BatchMagics", "load", "unload"]

F = TypeVar("F", bound="Callable[..., Any]")

_SHOWN_TYPES = ("batchnb.model.plan.Plan", "batchnb.model.report.Report")


def _helped_by(flags: str) -> Callable[[F], F]:
    """Let `%magic?` show the help of these flags of `magic_flags`: IPython calls `getdoc`."""

    def getdoc() -> str:
        from batchnb.magics import options as magic_flags

        text: str = getattr(magic_flags, flags).format_help()
        return text

    def with_help(function: F) -> F:
        function.getdoc = getdoc  # type: ignore[attr-defined]
        return function

    return with_help


@magics_class
class BatchMagics(GuardSettings, Magics):
    """The magics of batchnb."""

    shell: Any  # IPython allows for None here, which does not happen to a registered magic
    _shown_already: object = None
    """What a magic has shown in the cell that runs."""
    _cell: str = ""
    """The source of the cell that runs."""

    @_helped_by("JOBS")
    @no_var_expand
    @line_magic
    def batch_jobs(self, line: str) -> pd.DataFrame | None:
        """List jobs of AWS Batch as a DataFrame; --help lists the flags."""
        from batchnb.magics.commands import jobs

        return jobs(self, line)

    @_helped_by("TERMINATE")
    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def batch_terminate(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Plan | Report | JobPicker | None:
        """Show the plan for ending jobs, and end them with --yes; --help lists the flags."""
        from batchnb.magics.commands import terminate

        return terminate(self, line, cell, local_ns)

    @_helped_by("LOCAL")
    @no_var_expand
    @line_magic
    def batch_local(self, line: str) -> None:
        """Start, describe or stop an AWS Batch on this machine; --help lists the flags."""
        from batchnb.magics.commands import emulator

        emulator(line)

    @_helped_by("RESUME")
    @no_var_expand
    @line_magic
    def batch_resume(self, line: str) -> Report | None:
        """Finish a run that was interrupted, or that left jobs alive; --help lists the flags."""
        from batchnb.magics.commands import resume_run

        return resume_run(self, line)

    @_helped_by("HISTORY")
    @no_var_expand
    @line_magic
    def batch_history(self, line: str) -> pd.DataFrame | None:
        """List the runs of this user as a DataFrame; --help lists the flags."""
        from batchnb.magics.commands import runs

        return runs(self, line)

    def keeps(self, name: str | None, value: object) -> bool:
        """Put the value into the variable of this name; return whether there is one."""
        if name is not None:
            self.shell.user_ns[name] = value
        return name is not None

    def name_of_result(self, magic: str) -> str | None:
        """Return the name of this magic's result in the next cell; None where it cannot be told."""
        calls = [line.strip() for line in self._cell.splitlines() if f"%{magic}" in line]
        last = next((line.strip() for line in reversed(self._cell.splitlines()) if line.strip()), "")
        if len(calls) != 1:
            return None
        if calls[0].startswith("%%") or (calls[0] == last and calls[0].startswith("%")):
            return "_"
        name, _, rest = calls[0].partition("=")
        return name.strip() if name.strip().isidentifier() and rest.strip().startswith("%") else None

    def shows(self, value: object) -> None:
        """Show the value now, wherever in the cell the magic is."""
        from IPython.display import display

        self._shown_already = None
        display(value)  # type: ignore[no-untyped-call]

    def has_shown(self, value: Plan | Report) -> None:
        """Do not show the value again as the result of the cell that runs."""
        self._shown_already = value

    def show_once(self, value: Any) -> None:
        """Show nothing where a magic has shown this value in the same cell; IPython calls it for Plan and Report."""
        if value is not self._shown_already:
            raise NotImplementedError  # by which IPython goes on as it would without this
        if not hasattr(self.shell, "kernel"):
            # A terminal has written "Out[1]:" by now, which must not stand there alone.
            print(repr(value))  # noqa: T201 - a magic prints for its user

    @context_matcher(priority=1000, identifier="batchnb")  # type: ignore[untyped-decorator]
    def complete(self, context: Any) -> dict[str, Any]:
        """Complete flags and values of these magics; IPython calls it for each completion."""
        line = context.full_text.split("\n")[context.cursor_line][: context.cursor_position]
        if "%batch_" not in line:
            return {"completions": [], "suppress": False}
        from batchnb.magics.completion import complete_line

        found = complete_line(line, self.shell.user_ns)
        if found is None:
            return {"completions": [], "suppress": False}
        texts = [SimpleCompletion(text, type="magic argument") for text in found.texts]
        return {"completions": texts, "suppress": bool(texts), "matched_fragment": found.fragment, "ordered": True}

    def begin_cell(self, info: object = None) -> None:
        """Forget what the cell before has shown; IPython calls it before each cell."""
        self._shown_already = None
        self._cell = str(getattr(info, "raw_cell", None) or "")

    def end_cell(self, result: Any = None) -> None:
        """Fail the cell if it has set a guard that cannot be read; IPython calls it after each cell."""
        mistakes = self.take_over()
        if mistakes and result is not None and result.success:
            error = InputError(" ".join(mistakes))
            result.error_in_exec = error
            self.shell.showtraceback((type(error), error, None))


def load(shell: InteractiveShell) -> None:
    """Register the magics with the shell, with the guards that it had when they were removed.

    Raises InputError, once the magics are there, for a guard of the shell's configuration that cannot be read.
    """
    unload(shell)  # after an error, IPython takes the extension for not loaded
    magics = _unloaded.pop(shell, None) or BatchMagics(shell)
    configurables: list[Any] = shell.configurables
    if magics not in configurables:
        configurables.append(magics)
    shell.register_magics(magics)
    # What errors and reports say can be typed, such as batchnb.resume(…), has to work when it is typed.
    shell.user_ns.setdefault("batchnb", sys.modules["batchnb"])
    set_notebook_layer(magics.guard_settings)
    set_notebook_defaults(magics.default_settings)
    shell.events.register("pre_run_cell", magics.begin_cell)
    magics.shell.Completer.custom_matchers.append(magics.complete)
    shell.events.register("post_run_cell", magics.end_cell)
    for name in _SHOWN_TYPES:
        magics.shell.display_formatter.ipython_display_formatter.for_type(name, magics.show_once)
    magics.take_over()
    magics.check()


def unload(shell: InteractiveShell) -> None:
    """Remove the magics from the shell. A running emulator goes on; `%batch_local stop` ends it."""
    magics = shell.magics_manager.registry.pop(BatchMagics.__name__, None)
    if magics is None:
        return
    for kind, names in BatchMagics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    set_notebook_layer(None)
    set_notebook_defaults(None)
    shell.configurables[:] = [one for one in shell.configurables if one is not magics]  # or %config would find it
    shell.events.unregister("pre_run_cell", magics.begin_cell)
    matchers = magics.shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if one != magics.complete]
    shell.events.unregister("post_run_cell", magics.end_cell)
    for name in _SHOWN_TYPES:
        magics.shell.display_formatter.ipython_display_formatter.pop(name, None)
    _unloaded[shell] = magics


_unloaded: WeakKeyDictionary[InteractiveShell, BatchMagics] = WeakKeyDictionary()
"""The magics that were removed, by shell: `%reload_ext` must not lose a guard that `%config` has set."""
