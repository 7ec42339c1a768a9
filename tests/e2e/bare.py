"""A page without Jupyter: the picker's module with a model that hands messages to a JobPicker and back."""

from __future__ import annotations

import base64
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Locator, Page, expect

from batchnb.widget import JobPicker

_PLACE = "https://picker.invalid/"
_shown: WeakKeyDictionary[Page, BarePage] = WeakKeyDictionary()
"""What is in a page now: it can be given a function once, and shows one picker after the other."""

_MODEL = """
(source) => {
  window.listeners = [];
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);
  const text = (part) => btoa(Array.from(new Uint8Array(part), (byte) => String.fromCharCode(byte)).join(""));
  window.held = [];
  window.release = () => {
    window.isAhead = false;
    deliver(window.held.splice(0));
  };
  const deliver = (messages) => {
    for (const [content, buffers] of messages) {
      // What comes behind the first rows waits for the test.
      if (window.isAhead && content.kind === "snapshot" && content.header.here === content.header.rows) {
        window.held.push([content, buffers]);
        continue;
      }
      for (const listen of window.listeners) listen(content, buffers.map(bytes));
    }
  };
  window.deliver = deliver;
  window.sent = [];
  window.model = {
    get: () => undefined,
    on: (name, callback) => name === "msg:custom" && window.listeners.push(callback),
    off: () => {},
    send: (content, _callbacks, buffers) => {
      window.sent.push(content.kind);
      window.toKernel(content, (buffers ?? []).map(text)).then(deliver);
    },
  };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  window.show = async () => {
    const { default: factory } = await import(url);
    window.widget = factory();
    window.widget.initialize({ model: window.model });
    window.cleanup = window.widget.render({ model: window.model, el: document.querySelector("#one") });
    window.pump = setInterval(() => window.toKernel(null, []).then(deliver), 40);
  };
}
"""


_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Picker</title>"
    "<body><main><h1>Jobs</h1><div id=one></div><div id=two></div></main>"
)


class BarePage:
    """A picker in a page. The kernel is this process, and answers while Playwright waits for the page."""

    def __init__(self, page: Page, picker: JobPicker, *, ahead: bool = False) -> None:
        self.page, self.picker = page, picker
        self.errors: list[str] = []
        self._outbox: deque[tuple[Any, list[str]]] = deque()
        picker.send = self._send
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"a dialog: {dialog.message}"))
        page.goto("about:blank")  # what was in it asks for nothing any more
        if page not in _shown:
            page.expose_function("toKernel", lambda content, buffers: _shown[page]._to_kernel(content, buffers))
        _shown[page] = self
        # A place of its own: a page without one may not write to the clipboard.
        page.route(_PLACE, lambda route: route.fulfill(content_type="text/html", body=_PAGE))
        page.goto(_PLACE)
        page.evaluate(_MODEL, str(JobPicker._esm))
        page.evaluate("(ahead) => { window.isAhead = ahead }", ahead)
        page.evaluate("window.show()")
        expect(self.grid).to_have_attribute("aria-rowcount", str(len(picker._session.jobs.snapshot) + 1))

    def release(self) -> None:
        """Let the rest of the rows arrive, where only the first ones were let through."""
        self.page.evaluate("window.release()")

    @property
    def grid(self) -> Locator:
        """The table."""
        return self.page.locator("#one").get_by_role("grid")

    @property
    def found(self) -> Locator:
        """The words that say how many jobs match."""
        return self.page.locator("#one .bnb-found")

    @property
    def counts(self) -> Locator:
        """The words that say how many jobs are selected, and how many of these do not match."""
        return self.page.locator("#one .bnb-counts")

    def row(self, text: str) -> Locator:
        """Return the first row with this text in a cell."""
        return (
            self.page.locator("#one .bnb-body .bnb-row:visible")
            .filter(has=self.page.get_by_text(text, exact=True))
            .first
        )

    def button(self, name: str) -> Locator:
        """Return the button whose text begins so."""
        return self.page.locator("#one").get_by_role("button", name=name).first

    def filter(self, query: str) -> None:
        """Type into the search box."""
        self.page.get_by_label("Search the jobs").fill(query)

    def reason(self, text: str) -> None:
        """Type the reason."""
        self.page.locator("#one .bnb-reason").fill(text)

    def expect_selected(self, names: list[str]) -> None:
        """Wait until the kernel knows that exactly these jobs are selected."""
        self.expect_in_python(lambda: list(self.picker.selected["jobName"]), names)

    def expect_in_python(self, read: Callable[[], Any], wanted: object) -> None:
        """Wait until what the page tells has reached Python."""
        deadline = time.monotonic() + 10
        while read() != wanted and time.monotonic() < deadline:
            # Lets messages of the page come in, too.
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        assert read() == wanted

    def _send(self, content: Any, buffers: Sequence[Any] | None = None) -> None:
        self._outbox.append((content, [base64.b64encode(bytes(part)).decode() for part in buffers or ()]))

    def _to_kernel(self, content: Any, buffers: list[str]) -> list[tuple[Any, list[str]]]:
        if content is not None:
            self.picker._on_message(self.picker, content, [memoryview(base64.b64decode(part)) for part in buffers])
        messages = []
        while self._outbox:
            messages.append(self._outbox.popleft())
        return messages
