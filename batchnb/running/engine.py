"""The engine: asks AWS to end the jobs of a plan, in groups, in the right order, again where that helps.

One dispatcher, the thread that calls `send`, decides what goes out next and reads every answer; workers only make
calls. It never says that a job has ended: an accepted request is all that it knows of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic

from batchnb.aws.answers import BulkAnswer
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import MOST_PLACES, CallKind
from batchnb.errors import AwsError, UnavailableError
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.answers import Answers, no_answer
from batchnb.running.calls import Call, CallQueue
from batchnb.running.ledger import Ledger
from batchnb.running.tag_gate import Gate, left_out_of
from batchnb.running.workers import Workers
from batchnb.text import lasting

__all__ = ["Engine"]

RECORDED_TOGETHER = 32
"""Calls that are put on record at once: to wait for the disk before each would cost more than the calls."""

SHORTEST_WAIT = 0.001
"""Seconds: less may be nothing to a clock, and waiting would not come to an end."""
LONGEST_WAIT = 0.25
"""Seconds after which the jobs are looked at again, however long the next answer takes."""
LEISURE = 0.01
"""Seconds until the next call in which there is time for what is not urgent."""
LEAST_PATIENCE = 2.0
"""Seconds for which an answer is waited for, however soon the run is to be over."""
HOLDING_BACK = 5.0
"""Seconds after which a call for queued jobs that is not answered no longer holds back the running ones."""


class Engine:
    """Sends the requests of one plan. Everything but `_work` and `stop_sending` runs in the thread of `send`.

    `meanwhile` is called again and again while requests go out, to look at the jobs that were asked for already. `gate`
    is asked in the workers, right before each request, which of its jobs to leave out.
    """

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        *,
        patience: float,
        meanwhile: Callable[[], None] = lambda: None,
        gate: Gate | None = None,
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._patience = patience
        self._meanwhile = meanwhile
        self._gate = gate
        self._pace = gateway.pace(CallKind.ENDING)
        self._workers = Workers(MOST_PLACES, "batchnb-send")
        self._queue = CallQueue(ledger)
        self._answers = Answers(gateway, ledger, self._queue, self._pace)
        self._under_way: list[Call] = []
        self._answered: SimpleQueue[Call] = SimpleQueue()
        self._is_stopped = False
        self._gave_up: AwsError | None = None
        self._gave_up_at: datetime | None = None

    @property
    def stopped_by(self) -> AwsError | None:
        """Why sending stopped before every job had been asked for, if it did and nobody wanted it to."""
        return self._answers.stopped_by or self._gave_up

    @property
    def stopped_by_at(self) -> datetime | None:
        """When that came. UTC."""
        return self._answers.stopped_by_at or self._gave_up_at

    @property
    def answered_at(self) -> float:
        """When a request was answered last, by the clock; when the engine was made, before."""
        return self._answers.answered_at

    @property
    def is_pressed(self) -> bool:
        """Whether the next call is due so soon that whatever else takes time should wait."""
        return not self._is_over and bool(self._queue) and self._next_due() - self._clock.now() < LEISURE

    @property
    def _is_over(self) -> bool:
        return self._is_stopped or self.stopped_by is not None

    def stop_sending(self) -> None:
        """Send nothing more. Calls that are under way are answered all the same. Any thread may call this."""
        self._is_stopped = True

    def send(self, jobs: Sequence[PlannedJob]) -> None:
        """Ask for these jobs of the plan: the queued ones first, and the running ones once those are answered.

        So a slot that a terminated job leaves is not taken by a job that is about to be cancelled. Ends when every
        job has its answer, when none has got one for `patience` seconds, or after `stop_sending`. Calls may be under
        way then, as after whatever interrupts this: `read_answers` notes their answers, and `close` those that got
        none.
        """
        self._queue.add_jobs(planned for planned in jobs if planned.verdict is Verdict.CANCEL)
        self._dispatch(min(self._patience / 2, HOLDING_BACK))
        self._queue.add_jobs(planned for planned in jobs if planned.verdict is Verdict.TERMINATE)
        self._queue.release_stubborn()
        self._dispatch(None)

    def read_answers(self) -> None:
        """Note the answers that have come. Waits for none."""
        while self._under_way and self._read_answer(0.0):
            pass

    def wait_for_answers(self, is_over: Callable[[], bool] = lambda: False) -> None:
        """Note the answers to the calls under way, as far as they come within `LEAST_PATIENCE`, or until `is_over`."""
        while self._may_be_answered(LEAST_PATIENCE) and not is_over():
            self._read_answer(LONGEST_WAIT)

    def close(self) -> None:
        """Let the threads go, and note of the calls that are still under way that they got no answer."""
        self._workers.close()
        with ExitStack() as notes:  # each of them is made, even if one before it fails
            for call in self._under_way:
                if call.answer is None:
                    call.answer = no_answer(lasting(max(0.0, self._clock.now() - call.sent_at)))
                notes.callback(self._note, call)

    def _dispatch(self, longest: float | None) -> None:
        """Send what waits and read the answers, until nothing is left or sending has to stop.

        A call that has been under way for the `longest` time is not waited for; without it, one for which
        nothing has come of the others for `patience` seconds.
        """
        while not self._is_over:
            while self._may_send():
                self._send(self._queue.pop())
            self._meanwhile()
            if self._may_be_answered(self._time_for_answers if longest is None else longest):
                self._read_answer(self._time_to_read())
                continue
            # Not while calls wait for their turn only: what is left over of them goes into the same few calls.
            if not self._queue or self._queue.next_due() > self._clock.now():
                self._queue.add_items()
            if not self._queue:
                return
            due = max(self._next_due(), self._clock.now())
            if (self._answers.is_failing or self._under_way) and due - self._answers.progress_at > self._patience:
                self._give_up()
                return
            if self._under_way:
                self._read_answer(self._time_to_read())
            else:
                self._clock.sleep(max(min(due - self._clock.now(), LONGEST_WAIT), SHORTEST_WAIT))

    def _may_be_answered(self, patience: float) -> bool:
        """Whether calls are under way whose answers are worth waiting for."""
        # A clock that a test moves may be far ahead of a thread that was just begun.
        since, really = self._clock.now() - max(patience, LEAST_PATIENCE), monotonic() - LONGEST_WAIT
        return any(call.sent_at >= since or call.begun_at >= really for call in self._under_way)

    @property
    def _time_for_answers(self) -> float:
        """Seconds that a call may take: any number until nothing has come of all calls for `patience` seconds."""
        return 0.0 if self._clock.now() - self._answers.progress_at > self._patience else float("inf")

    def _give_up(self) -> None:
        # Jobs that were asked for have errors of their own; those whose turn never came have none but this.
        if any(self._ledger[job_id].attempts == 0 for call in self._queue for job_id in call.job_ids):
            self._gave_up = self._answers.last_failure or no_answer(lasting(self._patience))
            self._gave_up_at = self._clock.wall()

    def _next_due(self) -> float:
        return max(self._queue.next_due(), self._answers.resume_at, self._pace.ready_at(self._clock.now()))

    def _may_send(self) -> bool:
        now = self._clock.now()
        if self._is_over or not self._queue or len(self._under_way) >= self._pace.places:
            return False
        return max(self._queue.next_due(), self._answers.resume_at) <= now and self._pace.take(now)

    def _send(self, call: Call) -> None:
        if not self._answers.bulk and len(call.job_ids) > 1:
            first, *others = [Call([job_id], call.failures) for job_id in call.job_ids]
            for other in others:
                self._queue.add(other)
            call = first
        if not call.on_record:
            self._put_on_record(call)
        call.bulk, call.sent_at, call.begun_at = self._answers.bulk, self._clock.now(), monotonic()
        self._ledger.sent(call.job_ids)
        self._under_way.append(call)
        self._workers.submit(partial(self._work, call))

    def _put_on_record(self, call: Call) -> None:
        """Have this call, and those most likely to be next, on record before it goes out."""
        calls = [call, *self._queue.not_on_record(RECORDED_TOGETHER - 1)]
        self._ledger.about_to_send([one.job_ids for one in calls])
        for one in calls:
            one.on_record = True

    def _work(self, call: Call) -> None:
        # In a worker. Whatever happens, an answer comes back. One that comes when nobody waits any more is dropped.
        answer: BulkAnswer | AwsError
        try:
            call.left_out = left_out_of(call.job_ids, self._gate, lambda: self._is_over)
            answer = self._ask(call)
        except AwsError as error:
            answer = error
        except BaseException as error:  # noqa: BLE001 - becomes the failure of this call, and is reported as such
            answer = UnavailableError(repr(error), code=type(error).__name__, operation="TerminateJobs")
        call.answer = call.answer or answer
        self._answered.put(call)

    def _ask(self, call: Call) -> BulkAnswer:
        """Ask for the jobs of the call but those that are left out."""
        reason, job_ids = self._ledger.plan.reason, [job_id for job_id in call.job_ids if job_id not in call.left_out]
        if job_ids and call.bulk:
            return self._gateway.terminate_bulk(job_ids, reason)
        request_id = self._gateway.terminate(job_ids[0], reason) if job_ids else None
        return BulkAnswer(frozenset(job_ids), {}, request_id)

    def _time_to_read(self) -> float:
        """Return for how long to wait for an answer: until the next call is due, and not too long."""
        # With all places taken, being due does not help a call: only an answer does.
        if self._queue and len(self._under_way) < self._pace.places:
            return min(LONGEST_WAIT, max(self._next_due() - self._clock.now(), SHORTEST_WAIT))
        return LONGEST_WAIT

    def _read_answer(self, timeout: float) -> bool:
        """Wait for so long until an answer is there, and note it; return whether there was one."""
        try:
            call = self._answered.get(timeout=timeout) if timeout else self._answered.get_nowait()
        except Empty:
            # An answer that was taken and not noted, because something came in between, is still under way.
            lost = next((call for call in self._under_way if call.answer is not None), None)
            if lost is None:
                return False
            call = lost
        if call in self._under_way:
            self._answers.tell_pace(call)
            self._note(call)
        return True

    def _note(self, call: Call) -> None:
        self._answers.note(call)
        # Now: an answer that was interrupted while it was noted is noted once more in the end.
        self._under_way.remove(call)
        self._ledger.tell()
