// @ts-check
// A line of the list in the page, which shows another row whenever the list is scrolled.
import { isNumeric } from "../columns/labels.js";
import { element } from "../dom.js";
import { emptyGroup } from "./group_row.js";
/** @import { Column } from "../types.js" */

export class Line {
  /** The row that it shows, or the group as a negative number; NaN for none. */ row = NaN;
  /** Its place among the lines of the list. */ at = -1;
  level = 0;
  /** Why its row cannot be selected. */ lock = "";

  /** @param {HTMLElement} line of which the first cell is the tick */
  constructor(line) {
    this.element = line;
    const [tick, ...cells] = /** @type {HTMLElement[]} */ ([...line.children]);
    this.tick = tick;
    this.cells = cells;
  }

  /** @param {Column[]} columns of which the first one is pinned */
  static forRow(columns) {
    const tick = element("div", { class: "bnb-td bnb-tick", role: "gridcell", "aria-colindex": 1 }, [element("span", { class: "bnb-box", "aria-hidden": "true" })]);
    const cells = columns.map((column, at) => element("div", {
      class: `bnb-td${isNumeric(column) ? " bnb-number" : ""}${at ? "" : " bnb-pinned"}`, role: "gridcell", "aria-colindex": at + 2,
    }));
    return new Line(element("div", { class: "bnb-row", role: "row" }, [tick, ...cells]));
  }

  static forGroup() {
    return new Line(emptyGroup());
  }

  get isHidden() {
    return this.element.hidden;
  }

  /** A line that is not seen has no place: another one may stand there. */
  hide() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.element.removeAttribute("aria-rowindex");
    this.row = NaN;
    this.at = -1;
  }

  /**
   * Note what it shows now. @param {number} row @param {number} at place among the lines of the list @param {number} level in a tree, 0 in a list
   * @returns {boolean} whether that is something else
   */
  show(row, at, level) {
    this.element.hidden = false;
    if (this.row === row && this.at === at && this.level === level) return false;
    this.row = row;
    if (this.at !== at) this.element.setAttribute("aria-rowindex", String(at + 2));
    this.at = at;
    if (this.level !== level) {
      if (level) this.element.setAttribute("aria-level", String(level));
      else this.element.removeAttribute("aria-level");
    }
    this.level = level;
    return true;
  }

  /** Whether its row is selected, and can be. @param {string} lock why it cannot @param {boolean} chosen */
  choose(lock, chosen) {
    this.element.setAttribute("aria-selected", String(chosen));
    if (lock === this.lock) return;
    this.lock = lock;
    this.element.classList.toggle("bnb-locked", lock !== "");
    if (lock) this.element.setAttribute("aria-disabled", "true");
    else this.element.removeAttribute("aria-disabled");
    this.element.title = lock ? `This job ${lock}.` : "";
  }

  /** The cell at a place in the row, the tick being the first. @param {number} column */
  cellAt(column) {
    return column ? this.cells[column - 1] : this.tick;
  }
}
