// @ts-check
// Where one is in the table: how far down, at which cell, and from where a range is selected.
import { ROW_HEIGHT } from "../scroll.js";
/** @import { Groups } from "./groups.js" */

export class Cursor {
  /** In the pixels of the whole table. */ top = 0;
  /** Among the rows that match, -1 for the titles. */ row = -1;
  column = 0;
  /** Where a range begins, -1 for nowhere. */ anchor = -1;

  /** Other rows match, or in another order. */
  forget() {
    this.anchor = this.row = -1;
  }

  /**
   * Hold what stands here, to find it among other rows: headers of groups, and rows where they keep their numbers.
   * @param {Groups} groups @param {boolean} keepsRows @returns {() => void} what goes to it again
   */
  hold(groups, keepsRows) {
    const first = Math.floor(this.top / ROW_HEIGHT);
    const [row, anchor, top] = [this.row, this.anchor, first].map((at) => {
      const held = groups.holdAt(at);
      return typeof held === "number" && !keepsRows ? null : held;
    });
    return () => {
      [this.row, this.anchor] = [groups.placeOf(row), groups.placeOf(anchor)];
      const at = groups.placeOf(top);
      if (at >= 0) this.top += (at - first) * ROW_HEIGHT;
    };
  }

  /** Look at the first rows of what matches now. */
  rewind() {
    this.forget();
    this.top = 0;
  }
}
