// @ts-check
// The row of titles: sorting, selecting all, and the widths of the columns.
import { isNumeric, labelOf } from "../columns/labels.js";
import { element } from "../dom.js";
import { TICK_WIDTH } from "../model/layout.js";
import { nextSort } from "../sort.js";
import { shown } from "../text.js";
/** @import { Store } from "../model/store.js" */
/** @import { Column, SortKey } from "../types.js" */

const FIT_PADDING = 4;

export class Titles {
  /** What the titles say of the sort. @type {SortKey[] | null} */ sorts = null;

  /**
   * @param {Store} store @param {HTMLElement} grid whose width and columns they set @param {string} id
   * @param {{toggleAll(): void, refuseLoading(more: string): void}} actions
   */
  constructor(store, grid, id, actions) {
    this.store = store;
    this.grid = grid;
    this.id = id;
    this.actions = actions;
    this.element = element("div", { class: "bnb-head", role: "rowgroup" });
  }

  /** @param {Column[]} columns */
  show(columns) {
    this.sorts = this.store.matches.sorts;
    const cells = columns.map((column, at) => this.cell(column, at));
    const all = element("div", { class: "bnb-th bnb-tick", role: "columnheader", "aria-colindex": 1, id: `${this.id}-h0`, title: this.store.table.loading ?? "Select all that match", onclick: () => this.actions.toggleAll() }, [
      element("span", { class: "bnb-box", "aria-hidden": "true" }), element("span", { class: "bnb-unseen" }, ["Select all that match"]),
    ]);
    this.element.replaceChildren(element("div", { class: "bnb-row", role: "row", "aria-rowindex": 1 }, [all, ...cells]));
    this.grid.setAttribute("aria-colcount", String(columns.length + 1));
  }

  /** @param {Column} column @param {number} at */
  cell(column, at) {
    const { table, matches } = this.store;
    const index = table.columns.indexOf(column);
    const place = matches.sorts.findIndex((sort) => sort.column === index);
    const sort = table.isPartial ? undefined : matches.sorts[place];
    const order = matches.sorts.length > 1 && sort ? String(place + 1) : "";
    const title = shown(labelOf(column), 60);
    const own = labelOf(column) === column.title ? "" : ` (${shown(column.title, 60)})`;
    return element("div", {
      class: `bnb-th${isNumeric(column) ? " bnb-number" : ""}${at ? "" : " bnb-pinned"}`, role: "columnheader", "aria-colindex": at + 2, id: `${this.id}-h${at + 1}`,
      "aria-sort": sort ? (sort.descending ? "descending" : "ascending") : null,
      title: `${title}${own}: ${table.loading ?? "click to sort, with Shift to sort by several columns"}`,
      onclick: (/** @type {MouseEvent} */ event) => this.sortBy(column, event.shiftKey),
    }, [
      element("span", { class: "bnb-title" }, [title]),
      element("span", { class: "bnb-sort", "aria-hidden": "true" }, [sort ? `${sort.descending ? "▼" : "▲"}${order}` : ""]),
      element("span", {
        class: "bnb-grip", "aria-hidden": "true", onclick: (/** @type {Event} */ event) => event.stopPropagation(),
        onpointerdown: (/** @type {PointerEvent} */ event) => this.resize(event, column),
        ondblclick: () => this.fit(column), title: "Drag for another width, double click to fit",
      }),
    ]);
  }

  /** How many of the rows that match are selected. @param {"none" | "some" | "all"} state */
  mark(state) {
    this.element.querySelector(".bnb-box")?.setAttribute("data-state", state);
  }

  /** @param {Column} column @param {boolean} more beside what is sorted by already */
  sortBy(column, more) {
    const { matches, table } = this.store;
    matches.sorts = nextSort(matches.sorts, table.columns.indexOf(column), more);
    if (table.loading) this.actions.refuseLoading("They are sorted when all are.");
    this.store.reorder();
  }

  /** @param {Column | null} [fitted] the one that is as wide as what is in it, for a moment */
  setWidths(fitted = null) {
    const { layout } = this.store;
    const { columns } = layout;
    const widths = columns.map((column) => layout.widthOf(column));
    // The remaining width goes to the messages of failures, or to the name, unless somebody has set its width.
    const widest = columns.some((column) => column.role === "fate") ? "fate" : "name";
    const flexible = columns.findIndex((column) => column.role === widest && !layout.widths.has(column.title));
    const tracks = widths.map((width, at) => (columns[at] === fitted ? "max-content" : at === flexible ? `minmax(${width}px, 1fr)` : `${width}px`));
    this.grid.style.setProperty("--bnb-columns", `${TICK_WIDTH}px ${tracks.join(" ")}`);
    this.grid.style.setProperty("--bnb-pinned", `${TICK_WIDTH + (widths[0] ?? 0)}px`);
    this.grid.style.setProperty("--bnb-width", `${TICK_WIDTH + widths.reduce((sum, width) => sum + width, 0)}px`);
  }

  /** @param {Column} column @param {number} width */
  setWidth(column, width) {
    this.store.layout.setWidth(column, width);
    this.setWidths();
    this.store.viewState.saySoon();
  }

  /** As wide as its title and what is in sight of it. @param {Column} column */
  fit(column) {
    this.setWidths(column);
    const at = this.store.layout.columns.indexOf(column);
    const cells = [...this.grid.querySelectorAll(`.bnb-row:not([hidden]) > [aria-colindex="${at + 2}"]`)];
    const widths = cells.map((cell) => cell.getBoundingClientRect().width);
    this.setWidth(column, Math.ceil(Math.max(...widths)) + FIT_PADDING);
  }

  /** @param {PointerEvent} event @param {Column} column */
  resize(event, column) {
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const [start, width] = [event.clientX, grip.parentElement?.offsetWidth ?? this.store.layout.widthOf(column)];
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => this.setWidth(column, width + move.clientX - start);
    grip.onpointerup = () => (grip.onpointermove = null);
  }
}
