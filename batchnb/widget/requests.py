"""The browser's requests to a session: each has a number and a kind, and each is answered, success or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from batchnb.errors import InputError
from batchnb.text import shown
from batchnb.widget.about import about_told
from batchnb.widget.children import open_array
from batchnb.widget.finish import finish
from batchnb.widget.kept_text import cell_of, ticket_of

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession

__all__ = ["answer_to"]

Content: TypeAlias = Mapping[str, Any]
Buffers: TypeAlias = Sequence[Any]
Handler: TypeAlias = "Callable[[PickerSession, Content, Buffers], Content | None]"
"""Takes a request's content and binary parts, and returns what to add to the answer."""


def answer_to(session: PickerSession, content: object, buffers: Buffers) -> dict[str, Any]:
    """Do what a request asks of a session, and return the answer. A failure is kept as the session's error."""
    request: Content = content if isinstance(content, dict) else {}
    answer: dict[str, Any] = {"kind": "answer", "id": request.get("id")}
    session.peer.settle()
    try:
        handler = _handler(request.get("kind"))
        return answer | {"ok": True, **(handler(session, request, buffers) or {})}
    except Exception as error:  # noqa: BLE001 - it becomes the answer: the browser must not wait for ever
        session.worker.error = error
        return answer | {"ok": False, **session.failure_told(error)}


def _handler(kind: object) -> Handler:
    if not isinstance(kind, str) or kind not in _HANDLERS:
        raise InputError(f"the picker knows no request of the kind {shown(repr(kind), 40)}.")
    return _HANDLERS[kind]


def _reason(content: Content) -> str:
    reason = content.get("reason")
    return reason if isinstance(reason, str) else ""


def _draft(session: PickerSession, content: Content, buffers: Buffers) -> int:
    return session.take_draft(content.get("snapshot"), buffers, _reason(content))


def _on_hello(session: PickerSession, content: Content, _buffers: Buffers) -> None:
    if content.get("view") is not None:
        # A page that had lost this kernel for a while.
        session.view.take(content["view"])
    session.greet()


def _on_select(session: PickerSession, content: Content, buffers: Buffers) -> Content:
    return {"selected": _draft(session, content, buffers)}


def _on_plan(session: PickerSession, content: Content, buffers: Buffers) -> None:
    with session.jobs.mutex:
        rows = session.jobs.rows_in(content.get("snapshot"), buffers)
        session.reviewing.begin(rows, _reason(content))


def _on_confirm(session: PickerSession, content: Content, _buffers: Buffers) -> None:
    session.confirm(content.get("digest"), content.get("typed"), content.get("at"))


def _on_hold(session: PickerSession, _content: Content, _buffers: Buffers) -> None:
    session.audience.hold_outputs()


def _on_keep(session: PickerSession, content: Content, buffers: Buffers) -> None:
    _draft(session, content, buffers)
    session.audience.keep_outputs()


def _on_cell(session: PickerSession, content: Content, buffers: Buffers) -> Content:
    _draft(session, content, buffers)
    return {"text": cell_of(session)}


_HANDLERS: Mapping[str, Handler] = {
    "hello": _on_hello,
    "who": lambda session, *_: session.ask_who(),
    "select": _on_select,
    "plan": _on_plan,
    "confirm": _on_confirm,
    "leave_out": lambda session, content, _: session.reviewing.leave_out(content.get("digest"), content.get("group")),
    "group": lambda session, content, _: session.reviewing.jobs_of_group(content.get("digest"), content.get("group")),
    "put_back": lambda session, content, _: session.reviewing.put_back(content.get("digest")),
    "add_dependents": lambda session, content, _: session.reviewing.add_dependents(content.get("digest")),
    "review_untouched": lambda session, *_: session.reviewing.begin_untouched(),
    "review_newcomers": lambda session, *_: session.reviewing.begin_newcomers(),
    "done": lambda session, content, _: {"done": finish(session, content.get("number"))},
    "watch": lambda session, *_: session.watch_on(),
    "ticket": lambda session, *_: {"text": ticket_of(session)},
    "cancel": lambda session, *_: session.cancel(),
    "stop": lambda session, *_: session.press_stop(),
    "describe": lambda session, content, buffers: session.descriptions.ask(content, buffers),
    "describe_stop": lambda session, *_: session.descriptions.stop(),
    "described": lambda session, *_: session.descriptions.send_known(),
    "refresh": lambda session, *_: session.listing.start(),
    "children": lambda session, content, _: open_array(session, content.get("snapshot"), content.get("row")),
    "auto_refresh": lambda session, content, _: session.auto_refresh.begin(is_first=content.get("isFirst") is True),
    "show_new": lambda session, *_: session.auto_refresh.show_new(),
    "about": lambda session, *_: {"about": about_told(session.jobs.snapshot, session.setup)},
    "cell": _on_cell,
    "hold": _on_hold,
    "keep": _on_keep,
    "view": lambda session, content, _: session.view.take(content.get("view"), content.get("heard")),
    "afresh": lambda session, *_: session.view.start_afresh(),
    "details": lambda session, content, _: session.details.ask(content),
    "dismiss": lambda session, *_: session.dismiss(),
}
