"""What happens behind a picker: one thing at a time, in one thread of its own, and the browser is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb import api
from batchnb.aws.connect import connect
from batchnb.aws.relist import not_listed_text, note_selected
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.model.event import JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.running.stop import Stop
from batchnb.widget.execution import execute_telling, progress_of
from batchnb.widget.refresh import Refreshed, refreshed
from batchnb.widget.requests import sentence_of
from batchnb.widget.table.marks import FATES, Marks, Progress
from batchnb.widget.table.payload import FIRST_ROWS, Parcel, first_parcel, whole_parcel
from batchnb.widget.table.snapshot import Snapshot, bits_of, take_snapshot
from batchnb.widget.view_model import (
    Phase,
    is_production,
    plan_told,
    queues_not_listed,
    reasons_used,
    result_told,
    use_reason,
)

if TYPE_CHECKING:
    import boto3
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Asks", "Desk"]


@dataclass(frozen=True, slots=True)
class Asks:
    """How AWS is asked for the jobs of a picker, as `JobPicker` was told."""

    session: boto3.Session | None
    connection: dict[str, Any]
    guards: dict[str, Any]
    confirm_above: int
    timeout: float
    ids: str | None
    relist: Callable[[], pd.DataFrame] | None


class Desk:
    """The snapshot, the selection, one plan and one worker thread. What is told goes through `send`."""

    def _set_up(self, snapshot: Snapshot, asks: Asks, reason: str) -> None:
        # No __init__: those of the widgets above it would call it, and with no arguments.
        self._mutex = threading.RLock()
        self._snapshot = snapshot
        self._marks = Marks(snapshot)
        self._rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._asks = asks
        self._reason = reason
        self._phase = Phase.IDLE
        self._plan: Plan | None = None
        self._report: Report | None = None
        self._progress: Progress | None = None
        self._begun: datetime | None = None
        self._said = ""
        self._worker: threading.Thread | None = None
        self._stop = Stop()
        self.error: Exception | None = None
        """What went wrong last, None after something went right."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Send a message to the browser."""
        raise NotImplementedError

    def select(self, job_ids: Sequence[str]) -> None:
        """Select exactly these jobs, as far as they are in the table and have not ended."""
        with self._mutex:
            self._rows = self._snapshot.rows_of(job_ids)
            self._tell("selection", {"snapshot": self._snapshot.number}, [self._selection_bits()])
        self._keep_rows()

    def _keep_rows(self) -> None:
        raise NotImplementedError

    def _keep_outputs(self, *, always: bool = False) -> None:
        raise NotImplementedError

    @property
    def _place(self) -> str:
        raise NotImplementedError

    def _must_type(self, plan: Plan) -> bool:
        return len(plan.to_end) > self._asks.confirm_above or is_production(plan)

    # What the worker does

    def _begin(self, phase: Phase, after: Phase = Phase.IDLE) -> None:
        with self._mutex:
            if self._phase is not after:
                raise InputError(f"the picker is busy ({self._phase}); wait for it, or stop it first.")
            self.error, self._said = None, ""
            self._phase = phase
        self._send_state()

    def _start(self, phase: Phase, work: Callable[[], Phase | None], after: Phase = Phase.IDLE) -> None:
        self._begin(phase, after)
        self._worker = threading.Thread(target=self._run, args=(work,), name="batchnb-picker", daemon=True)
        self._worker.start()

    def _run(self, work: Callable[[], Phase | None]) -> None:
        phase = None
        try:
            phase = work()
        except Exception as error:  # noqa: BLE001 - it is shown in the widget, and kept for the caller
            self.error = error
        finally:
            self._set_phase(phase or Phase.IDLE)

    def _make_plan(self) -> Phase:
        with self._mutex:
            # Rows and not ids: where a row has its ARN, it is checked that calls go there.
            rows, reason = note_selected(self._snapshot.frame.iloc[self._rows]), self._reason
            ids = self._snapshot.id_title
        asks = self._asks
        plan = api.plan(rows, reason=reason, ids=ids, session=asks.session, **asks.connection, **asks.guards)
        use_reason(reason)
        with self._mutex:
            self._plan = plan
            self._marks.note_plan(plan)
        self._send_patch()
        return Phase.CONFIRMING

    def _execute(self, plan: Plan) -> None:
        self._progress = progress_of(plan)
        self._begun = Clock().wall()
        # Should the kernel not live to see the end, the notebook does not keep silent about the beginning.
        self._keep_outputs()
        try:
            report = execute_telling(
                plan,
                timeout=self._asks.timeout,
                stop=self._stop,
                note=self._note_event,
                tell=self._send_patch,
            )
        except InterruptedRunError as error:
            self.error, report = error, error.report
        except Exception:
            self._begun = None
            self._keep_outputs()
            raise
        self._take_report(report)

    def _take_report(self, report: Report) -> None:
        with self._mutex:
            self._report, self._begun = report, None
            self._marks.note_report(report)
        self._send_patch()
        # They have had their turn. Whatever failed can be selected again, by whoever has read why.
        self.select([])
        self._keep_outputs(always=True)

    def _press_stop(self) -> None:
        """Stop the sending; where that is over, the watching. Pressed twice at once, it is pressed once."""
        progress = self._progress
        if progress is not None and (self._stop.stopped_at is not None or progress.is_all_answered):
            self._stop.stop_watching()
        else:
            self._stop.stop_sending()
        self._send_state()

    def _note_event(self, event: JobEvent) -> None:
        with self._mutex:
            self._marks.note_event(event)
            if self._progress is not None:
                self._progress.note(event)

    def _refresh(self) -> None:
        fresh = self._listed()
        self._show_frame(fresh.frame, fresh.note)

    def _listed(self) -> Refreshed:
        if self._asks.relist is not None:
            return Refreshed(self._asks.relist(), f"Listed again at {Clock().wall():%H:%M:%S} UTC.")
        return refreshed(self._snapshot, connect(self._asks.session, **self._asks.connection), Clock())

    def _show_frame(self, frame: pd.DataFrame, note: str = "") -> None:
        with self._mutex:
            self._said = note
            chosen = self._snapshot.ids_at(self._rows)
            self._snapshot = take_snapshot(frame, self._snapshot.number + 1, ids=self._asks.ids)
            self._marks = Marks(self._snapshot)
            self._rows = self._snapshot.rows_of(chosen)
            self._send_snapshot()
        self._keep_rows()
        self._keep_outputs()

    # What the browser is told

    def _set_phase(self, phase: Phase) -> None:
        with self._mutex:
            self._phase = phase
        self._send_state()

    def _tell(self, kind: str, content: Mapping[str, Any], buffers: Sequence[Any] = ()) -> None:
        self.send({"kind": kind, **content}, list(buffers))

    def _send_state(self) -> None:
        self._tell("state", {"state": self._state()})

    def _send_patch(self) -> None:
        with self._mutex:
            patch, number = self._marks.take(), self._snapshot.number
            state = {"snapshot": number, "state": self._state()}
        if patch is None:
            self._tell("state", state)
        else:
            content = {**state, "rows": patch.rows, "messages": patch.messages}
            self._tell("patch", content, [patch.buffer])

    def _send_snapshot(self) -> None:
        with self._mutex:
            marks = self._marks
            messages = list(marks.messages.items())
            self._send_parcel(whole_parcel(self._snapshot), [marks.lives, marks.locks, marks.fates], messages)

    def _send_first_rows(self) -> None:
        """Send the first rows ahead, unless they are all, or jobs have been marked: then there is but one truth."""
        with self._mutex:
            if len(self._snapshot) > FIRST_ROWS and not self._marks.are_used:
                parcel = first_parcel(self._snapshot)
                rows = parcel.rows
                self._send_parcel(parcel, [rows.lives, rows.locks, self._marks.fates[: len(rows.lives)]], [])

    def _send_parcel(self, parcel: Parcel, marked: list[NDArray[np.uint8]], messages: list[tuple[int, str]]) -> None:
        content = {"header": parcel.header, "fates": FATES, "messages": messages, "state": self._state()}
        parts = [part.tobytes() for part in marked]
        self._tell("snapshot", content, [parcel.numbers, parcel.texts, *parts, self._selection_bits()])

    def _selection_bits(self) -> bytes:
        return bits_of(self._rows, len(self._snapshot))

    def _state(self) -> dict[str, Any]:
        with self._mutex:
            running = self._phase is Phase.RUNNING and self._progress is not None
            if self._progress is not None:
                self._progress.is_stopped = self._stop.stopped_at is not None
            plan = self._plan if self._phase is Phase.CONFIRMING else None
            return {
                "phase": self._phase.value,
                "place": self._place,
                "note": " ".join(filter(None, [self._said, not_listed_text(self._snapshot.frame)])),
                "notListed": queues_not_listed(self._snapshot.frame),
                "error": sentence_of(self.error) if self.error else None,
                "reason": self._reason,
                "reasons": reasons_used(),
                "stopping": running and self._stop.is_pending,
                "plan": plan_told(plan, must_type=self._must_type(plan)) if plan else None,
                "progress": self._progress.figures(time.monotonic()) if running and self._progress else None,
                "result": result_told(self._report),
            }
