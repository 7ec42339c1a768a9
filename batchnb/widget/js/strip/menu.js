// @ts-check
// A menu behind a button: Escape and a click elsewhere close it, and the arrow keys go through it.
import { element, focusAt } from "../dom.js";
/** @import { Json } from "../types.js" */

export class Menu {
  /** @param {string} label what is written on the button @param {string} title what it is called @param {(close: () => void) => (Node | string)[]} fill is called each time it opens */
  constructor(label, title, fill) {
    this.fill = fill;
    this.summary = element("summary", { class: "bnb-button", "aria-label": title, title }, [label]);
    this.content = element("div", { class: "bnb-menu", tabindex: "-1" });
    this.element = element("details", {
      class: "bnb-strip-menu",
      ontoggle: () => this.element.open && this.show(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyed(event),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !this.element.contains(/** @type {Node} */ (event.relatedTarget)) && (this.element.open = false),
    }, [this.summary, this.content]);
  }

  show() {
    this.turnTo(this.fill(() => this.close()));
  }

  /** Show something else in its place. @param {(Node | string)[]} parts */
  turnTo(parts) {
    this.content.replaceChildren(...parts);
    // What was pressed is gone, and Escape has to be heard.
    this.items[0]?.focus();
  }

  /** @returns {HTMLElement[]} */
  get items() {
    return [...this.content.querySelectorAll("button:not(:disabled), input")].map((one) => /** @type {HTMLElement} */ (one));
  }

  close() {
    this.element.open = false;
    this.summary.focus();
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    if (!this.element.open) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
      return;
    }
    const step = /** @type {Json} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
    const { items } = this;
    if (!step || !items.length || /** @type {HTMLElement} */ (event.target).matches("input")) return;
    event.preventDefault();
    const at = items.findIndex((one) => one === focusAt(this.content));
    items[(at + step + items.length) % items.length].focus();
  }
}
