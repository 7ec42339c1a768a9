"""Done: somebody has read the result of the last run, and no page shows it any more. Its report and record stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession

__all__ = ["finish"]


def finish(session: PickerSession, number: object) -> bool:
    """Forget the result with this number, what stands beside the rows of it, and the selection.

    Returns False, and changes nothing, where another result is shown by now, or something else goes on.
    """
    with session.jobs.mutex:
        result = session.state()["result"]
        is_shown = result is not None and result["number"] == number and not isinstance(number, bool)
        if not is_shown or not session.is_free:
            return False
        session.read = session.report
        session.jobs.marks.forget_fates()
        # A page that selects again by now is not to be told otherwise.
        session.jobs.select([])
        session.view.keep()
    session.send_patch()
    session.audience.keep_rows()
    session.audience.keep_result()
    return True
