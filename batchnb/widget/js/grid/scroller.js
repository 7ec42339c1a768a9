// @ts-check
// How far down the table is: the place in the whole table, and what the browser makes of it.
import { ROW_HEIGHT, scrollMap } from "../scroll.js";
/** @import { Cursor } from "../model/cursor.js" */

export class Scroller {
  /** Whether the table is in the page, and can be seen. */ attached = false;
  /** What the browser said last: how high the table is, and where it is scrolled to. */ tall = 0;
  scrolledTo = 0;
  /** The place that the browser was told to scroll to; its scroll event is still to come. @type {number | undefined} */ expected;

  /**
   * @param {HTMLElement} element that scrolls @param {Cursor} cursor
   * @param {{count(): number, paint(anew: boolean): void}} rows how many there are, and what shows those in sight
   */
  constructor(element, cursor, rows) {
    this.element = element;
    this.cursor = cursor;
    this.rows = rows;
    /** In the pixels of the whole table. */ this.top = cursor.top;
    element.addEventListener("scroll", () => this.scrolled());
    element.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(element);
  }

  dispose() {
    this.sizes.disconnect();
  }

  /** As it was seen last: to ask for it between two changes would have the whole page laid out. */
  get height() {
    return Math.max(0, this.tall - ROW_HEIGHT);
  }

  get map() {
    return scrollMap(this.rows.count(), this.height);
  }

  /** The first row of which something can be seen. */
  get firstRow() {
    return Math.floor(this.top / ROW_HEIGHT);
  }

  /** How many pixels the rows stand below where the browser believes them. */
  get offset() {
    return this.scrolledTo - this.top;
  }

  /** @param {number} top in the pixels of the whole table */
  scrollTo(top) {
    const { last, scale } = this.map;
    this.top = this.cursor.top = Math.max(0, Math.min(top, last));
    const expected = Math.round(this.top / scale);
    if (expected !== this.scrolledTo) {
      this.expected = expected;
      this.element.scrollTop = expected;
      this.scrolledTo = this.element.scrollTop;
    }
    this.rows.paint(false);
  }

  /** Other rows match: go where the cursor says. */
  follow() {
    this.scrollTo(Math.min(this.cursor.top, this.map.last));
  }

  /** @param {number} row that has to be in sight */
  reveal(row) {
    const top = Math.max(0, row) * ROW_HEIGHT;
    if (top < this.top) this.scrollTo(top);
    else if (top + ROW_HEIGHT > this.top + this.height) this.scrollTo(top + ROW_HEIGHT - this.height);
  }

  scrolled() {
    // A detached table tells of a place 0 that nobody has scrolled to.
    if (!this.attached || !this.element.clientHeight) return;
    const { scale, last } = this.map;
    this.scrolledTo = this.element.scrollTop;
    if (this.expected === undefined || Math.abs(this.scrolledTo - this.expected) > 1) {
      this.top = this.cursor.top = Math.min(last, this.scrolledTo * scale);
    }
    this.expected = undefined;
    this.rows.paint(false);
  }

  /** In a table longer than what can be laid out, a wheel would jump over rows. @param {WheelEvent} event */
  wheeled(event) {
    if (this.map.scale === 1 || event.deltaX || event.ctrlKey) return;
    // At its ends, the page around it scrolls on.
    if (event.deltaY < 0 ? this.top <= 0 : this.top >= this.map.last) return;
    event.preventDefault();
    this.scrollTo(this.top + event.deltaY * (event.deltaMode === 1 ? ROW_HEIGHT : 1));
  }

  resized() {
    this.tall = this.element.clientHeight;
    this.element.style.setProperty("--bnb-in-sight", `${this.element.clientWidth}px`);
    const visible = this.tall > 0;
    if (visible && !this.attached) this.reattach();
    this.attached = visible;
    if (visible) this.rows.paint(false);
  }

  /** Taken out of the page and put back, it stands at its top. */
  reattach() {
    this.attached = true;
    this.expected = undefined;
    this.scrolledTo = -1;
    this.tall = this.element.clientHeight;
    this.scrollTo(this.cursor.top);
    this.rows.paint(true);
  }
}
