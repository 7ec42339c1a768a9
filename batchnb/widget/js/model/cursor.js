// @ts-check
// Where one is in the table: how far down, at which cell, and from where a range is selected.

export class Cursor {
  /** In the pixels of the whole table. */ top = 0;
  /** Among the rows that match, -1 for the titles. */ row = -1;
  column = 0;
  /** Where a range begins, -1 for nowhere. */ anchor = -1;

  /** Other rows match, or in another order. */
  forget() {
    this.anchor = this.row = -1;
  }

  /** Look at the first rows of what matches now. */
  rewind() {
    this.forget();
    this.top = 0;
  }
}
