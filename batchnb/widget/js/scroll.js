// @ts-check
// Where rows are in a table that may be longer than a browser can lay out.

export const ROW_HEIGHT = 28;
const MOST_PIXELS = 6_000_000;

/**
 * Where rows are: browsers lay out no more than some million pixels, so a long table is scrolled in a shorter one.
 * @param {number} rows @param {number} height of the view
 */
export function scrollMap(rows, height) {
  const whole = rows * ROW_HEIGHT;
  const laid = Math.min(whole, MOST_PIXELS);
  const scale = laid > height && whole > laid ? (whole - height) / (laid - height) : 1;
  return { laid, scale, last: Math.max(0, whole - height) };
}
