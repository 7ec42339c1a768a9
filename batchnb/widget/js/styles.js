// @ts-check
// The sheets of a picker and of its page. They are the same for all pickers of a page, whichever module made them first.
import { BAR_LOOK } from "./styles_bar.js";
import { FRAME_LOOK } from "./styles_frame.js";
import { GRID_LOOK } from "./styles_grid.js";
import { KEPT_LOOK } from "./styles_kept.js";
import { STRIP_LOOK } from "./styles_strip.js";
import { TOKENS } from "./styles_tokens.js";
import { COLUMNS_LOOK } from "./styles_columns.js";
import { GROUPS_LOOK } from "./styles_groups.js";
import { DRAWER_LOOK } from "./styles_drawer.js";

/** What a page may not change: its own rules, for lists, tables and buttons, end at the root. */
const HOST = `
/* No property comes in from the page, but for the variables of its theme. */
:host { all: initial !important; display: block !important; }
`;

/** All rules of a picker. A file of rules is one line here. */
const LOOK = [HOST, TOKENS, FRAME_LOOK, GRID_LOOK, COLUMNS_LOOK, GROUPS_LOOK, DRAWER_LOOK, BAR_LOOK, STRIP_LOOK, KEPT_LOOK].join("\n");

/** For the page itself: the live picker covers the static table of a notebook's file. */
const PLACE = `
.bnb-place { animation: bnb-placed 1ms; }
@keyframes bnb-placed { from { outline-color: transparent; } to { outline-color: currentcolor; } }
.bnb-live > .bnb-still { display: none; }
`;

const SHEETS = Symbol.for("batchnb.widget.sheets");

/** @param {string} text @returns {CSSStyleSheet} */
function sheetOf(text) {
  /** @type {Map<string, CSSStyleSheet>} */
  const sheets = (/** @type {any} */ (document)[SHEETS] ??= new Map());
  const known = sheets.get(text);
  if (known) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  sheets.set(text, sheet);
  return sheet;
}

/** @param {ShadowRoot | Document} root @param {string} text */
function adopt(root, text) {
  const sheet = sheetOf(text);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** @param {ShadowRoot} root */
export const styleRoot = (root) => adopt(root, LOOK);

/** Let the places of pickers in this page be found, and hide the table in them while a picker stands there. */
export const stylePage = () => adopt(document, PLACE);
