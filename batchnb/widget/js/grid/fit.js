// @ts-check
// Fits the columns to the width that they have, and marks a grid that is scrolled to the right.
import { NARROW_WIDTH } from "../model/layout.js";
/** @import { Store } from "../model/store.js" */

/** Something stands beside the grid, if the picker is wider than it by this. */
const BESIDE_WIDTH = 100;

export class ColumnFit {
  /** @param {Store} store @param {HTMLElement} grid @param {HTMLElement} root the whole picker */
  constructor(store, grid, root) {
    this.store = store;
    this.grid = grid;
    this.root = root;
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(grid);
    this.sizes.observe(root);
    // Before the rows are painted anew: read afterwards, the place would cost a layout of them.
    grid.addEventListener("scroll", () => grid.classList.toggle("bnb-scrolled", grid.scrollLeft > 0), { passive: true, capture: true });
  }

  dispose() {
    this.sizes.disconnect();
  }

  /** Beside the details of a job, and in a narrow page, nothing is scrolled to the right. */
  fit() {
    const { grid, root, store } = this;
    // Out of the page, or behind a review.
    if (!grid.clientWidth || !root.clientWidth) return;
    const isBeside = root.clientWidth - grid.offsetWidth > BESIDE_WIDTH;
    if (store.layout.fit(isBeside ? grid.clientWidth : null, root.clientWidth < NARROW_WIDTH)) store.notify("table");
  }
}
