// @ts-check
// The titles of cells: of the one that is pointed at, and of the active one. All of them together cost more than the texts of the rows.
import { cellTitle } from "./cell_titles.js";
/** @import { Grid } from "./grid.js" */

export class CellTitles {
  /** The cell that is pointed at. @type {HTMLElement | null} */ pointed = null;
  /** Those that have a title. @type {HTMLElement[]} */ titled = [];

  /** @param {Grid} grid */
  constructor(grid) {
    this.grid = grid;
    grid.body.addEventListener("pointerover", ({ target }) => this.point(/** @type {HTMLElement} */ (target).closest(".bnb-td")));
    grid.body.addEventListener("pointerleave", () => this.point(null));
  }

  /** @param {HTMLElement | null} cell */
  point(cell) {
    if (cell === this.pointed) return;
    this.pointed = cell;
    this.renew();
  }

  /** Another row stands where one is pointed at, or another cell is the active one. */
  renew() {
    const wanted = /** @type {HTMLElement[]} */ ([this.pointed, this.grid.keys.active].filter((cell) => cell && cell.isConnected));
    for (const cell of this.titled) if (!wanted.includes(cell)) cell.removeAttribute("title");
    this.titled = wanted.filter((cell) => this.give(cell));
  }

  /** @param {HTMLElement} cell @returns {boolean} whether it is one of a row */
  give(cell) {
    const { columns, pool, store: { table } } = this.grid;
    const line = pool.find(({ element }) => element === cell.parentElement);
    const place = line ? line.cells.indexOf(cell) : -1;
    if (!line || place < 0 || line.at < 0) return false;
    const title = cellTitle(columns[place], line.row, table);
    if (cell.title !== title) cell.title = title;
    return true;
  }
}
