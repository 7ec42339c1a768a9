// @ts-check
// The menu of columns: which are shown, in which order, and back to the usual ones.
import { labelOf } from "./columns/labels.js";
import { button, element, focusAt } from "./dom.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */
/** @import { Column } from "./types.js" */

const STEP = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 });

export class ColumnsMenu {
  /** The column that is dragged. @type {Column | null} */ dragged = null;

  /** @param {Store} store @param {(text: string) => void} say */
  constructor(store, say) {
    this.store = store;
    this.say = say;
    this.list = element("div", { class: "bnb-columns-list" });
    this.reset = button("Reset", () => this.resetAll(), { title: "The usual columns, in their usual order and width" });
    this.summary = element("summary", { class: "bnb-button" }, ["Columns ▾"]);
    this.element = element("details", {
      class: "bnb-columns",
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.element.open && this.close(event),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !this.element.contains(/** @type {Node} */ (event.relatedTarget)) && this.element.removeAttribute("open"),
    }, [this.summary, element("div", { class: "bnb-menu", tabindex: "-1" }, [
      this.list, this.reset, element("p", { class: "bnb-menu-hint" }, ["Drag to move, or Alt+Shift+←→."]),
    ])]);
  }

  open() {
    this.element.open = true;
    /** @type {HTMLElement | null} */ (this.list.querySelector("input:not(:disabled)"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  close(event) {
    event.preventDefault();
    this.element.removeAttribute("open");
    this.summary.focus();
  }

  /** The list has other columns, or shows others. */
  show() {
    const { layout } = this.store;
    const focus = focusAt(this.list);
    const focused = focus && this.list.contains(focus) ? /** @type {HTMLElement} */ (focus).dataset.title : undefined;
    this.list.replaceChildren(...layout.all.map((column) => this.item(column)));
    if (focused !== undefined) [...this.list.querySelectorAll("input")].find((box) => box.dataset.title === focused)?.focus();
    this.reset.disabled = !layout.isChanged;
  }

  /** @param {Column} column */
  item(column) {
    const { layout } = this.store;
    const isPinned = layout.isPinned(column);
    const box = element("input", {
      type: "checkbox", disabled: isPinned, "data-title": column.title,
      onchange: () => this.setHidden(column, !box.checked), onkeydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event, column),
    });
    box.checked = !layout.isHidden(column);
    const label = labelOf(column);
    return element("label", {
      class: "bnb-menu-column", draggable: String(!isPinned), title: label === column.title ? null : shown(column.title, 60),
      ondragstart: (/** @type {DragEvent} */ event) => this.lift(event, column), ondragend: () => (this.dragged = null),
      ondragover: (/** @type {DragEvent} */ event) => this.dragged && event.preventDefault(),
      ondrop: (/** @type {DragEvent} */ event) => this.drop(event, column),
    }, [box, shown(label, 60)]);
  }

  /** @param {KeyboardEvent} event @param {Column} column */
  pressed(event, column) {
    if (!event.altKey || !event.shiftKey || !Object.hasOwn(STEP, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    moveColumn(this.store, column, STEP[event.key], this.say);
  }

  /** @param {DragEvent} event @param {Column} column */
  lift(event, column) {
    this.dragged = column;
    event.dataTransfer?.setData("text/plain", "");
  }

  /** @param {DragEvent} event @param {Column} onto */
  drop(event, onto) {
    event.preventDefault();
    const { layout } = this.store;
    const { dragged } = this;
    this.dragged = null;
    if (!dragged || dragged === onto) return;
    const all = layout.all;
    layout.place(dragged, onto, all.indexOf(dragged) < all.indexOf(onto));
    this.store.notify("table");
  }

  /** @param {Column} column @param {boolean} hidden */
  setHidden(column, hidden) {
    this.store.layout.hidden.set(column.title, hidden);
    this.store.refilter("table");
  }

  resetAll() {
    this.store.layout.reset();
    this.store.refilter("table");
    this.say("The usual columns are back.");
    /** @type {HTMLElement | null} */ (this.list.querySelector("input:not(:disabled)"))?.focus();
  }
}

/** Move a column, and say where it stands then. @param {Store} store @param {Column} column @param {number} by @param {(text: string) => void} say */
export function moveColumn(store, column, by, say) {
  const { layout } = store;
  if (layout.isPinned(column)) return say(`${shown(labelOf(column), 60)} stays the first column.`);
  layout.move(column, by);
  store.notify("table");
  const at = layout.columns.indexOf(column);
  const before = layout.columns[at - 1];
  say(before ? `${shown(labelOf(column), 60)} stands behind ${shown(labelOf(before), 60)}.` : `${shown(labelOf(column), 60)} is hidden.`);
}
