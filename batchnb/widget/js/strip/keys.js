// @ts-check
// The keys of the picker, as the menu lists them.

/** Keys, and what they do. @type {[string, string][]} */
export const KEYS = [
  ["/", "to the search; ↓ or Enter there: to the list"],
  ["↑ ↓ ← → Home End PgUp PgDn", "move in the list; with Ctrl: to its ends"],
  ["Space", "select or not; with Shift and arrows: a range"],
  ["→ ←", "on the row of a group: open and close it; Space there: select what matches in it"],
  ["Ctrl A", "select all that match"],
  ["Ctrl Z", "undo the selection"],
  ["Ctrl C", "copy the job id"],
  ["Enter", "details of the job; it never ends one"],
  ["g c r l ?", "group, columns, review, log (in the details), these keys"],
  ["Tab", "from part to part; ← → within the tools and the filters"],
  ["F6, Shift F6", "next and previous part"],
  ["Alt ← →", "width of the column; with Shift: move it"],
  ["Escape", "close one level"],
];
