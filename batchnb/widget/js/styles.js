// @ts-check
// How the picker looks. The sheet is the same for all pickers of a page, whichever module made it first.

import { BAR_LOOK } from "./styles_bar.js";
import { KEPT_LOOK } from "./styles_kept.js";

/** What a page may not change: its own rules, for lists, tables and buttons, end at the root. */
const LOOK = String.raw`
/* No property comes in from the page, but for the variables of its theme. */
:host { all: initial !important; display: block !important; }

.bnb {
  --bnb-back: var(--jp-layout-color1, #fff);
  --bnb-back-2: var(--jp-layout-color2, #f3f4f6);
  --bnb-text: var(--jp-ui-font-color0, var(--jp-content-font-color0, #1b1f24));
  --bnb-dim: var(--jp-ui-font-color1, #4a5058);
  --bnb-line: var(--jp-border-color2, #d5d9df);
  --bnb-strong-line: var(--jp-border-color0, #8a9099);
  --bnb-accent: #0b61c4;
  --bnb-chosen: #dcebfc;
  --bnb-danger: #b3261e;
  --bnb-primary: #0b61c4;
  --bnb-bad: #9c1c14;
  --bnb-bad-back: #fce4e2;
  --bnb-good: #14602e;
  --bnb-good-back: #dcf3e2;
  --bnb-wait: #6d4700;
  --bnb-wait-back: #fdf0d0;
  --bnb-run: #0b4a91;
  --bnb-run-back: #dcebfc;
  --bnb-amber: #8a5a00;
  --bnb-amber-back: #fff3dc;
  --bnb-amber-line: #e8a317;
  --bnb-badge: #f2b233;
  --bnb-badge-text: #2b1d00;
  --bnb-row: 28px;
  max-width: 100%;
  container-type: inline-size;
  padding: 6px 2px;
  color: var(--bnb-text);
  background: var(--bnb-back);
  font: 13px/1.4 var(--jp-ui-font-family, system-ui, sans-serif);
  animation: bnb-attached 1ms;
}
@keyframes bnb-attached { from { outline-color: transparent; } to { outline-color: currentcolor; } }

:host([data-dark]) .bnb {
  --bnb-back: var(--jp-layout-color1, #16181c);
  --bnb-back-2: var(--jp-layout-color2, #262a30);
  --bnb-text: var(--jp-ui-font-color0, #f2f4f7);
  --bnb-dim: var(--jp-ui-font-color1, #c3c9d1);
  --bnb-line: var(--jp-border-color2, #454b54);
  --bnb-strong-line: var(--jp-border-color0, #8d95a0);
  --bnb-accent: #7db8ff;
  --bnb-chosen: #123a63;
  --bnb-danger: #cf352b;
  --bnb-primary: #2670d6;
  --bnb-bad: #ffb9b1;
  --bnb-bad-back: #571a15;
  --bnb-good: #a5e7b8;
  --bnb-good-back: #123d21;
  --bnb-wait: #ffdc97;
  --bnb-wait-back: #4a3406;
  --bnb-run: #b5d6ff;
  --bnb-run-back: #133b68;
  --bnb-amber: #ffd27a;
  --bnb-amber-back: #3d2c08;
  --bnb-amber-line: #c98a12;
  --bnb-badge: #f2b233;
  --bnb-badge-text: #2b1d00;
}

*, *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.bnb-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bnb-bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 4px 0; }

input[type="search"], input[type="text"], textarea {
  min-width: 0;
  padding: 4px 8px;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 4px;
  color: inherit;
  background: var(--bnb-back);
  font: inherit;
}
::placeholder { color: var(--bnb-dim); opacity: 1; }
.bnb-search { flex: 1 1 260px; }
.bnb-query-error { display: block; color: var(--bnb-bad); }

.bnb-button, .bnb-chip {
  padding: 3px 10px;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 4px;
  color: var(--bnb-text);
  background: var(--bnb-back);
  font: inherit;
  white-space: nowrap;
  cursor: pointer;
}
.bnb-button:hover:not(:disabled), .bnb-chip:hover { background: var(--bnb-back-2); }
.bnb-button:disabled, .bnb-button[aria-disabled="true"] { color: var(--bnb-dim); border-color: var(--bnb-line); cursor: not-allowed; }
.bnb-danger:not(:disabled, [aria-disabled="true"]) { color: #fff; background: var(--bnb-danger); border-color: var(--bnb-danger); font-weight: 600; }
.bnb-primary:not(:disabled, [aria-disabled="true"]) { color: #fff; background: var(--bnb-primary); border-color: var(--bnb-primary); font-weight: 600; }
.bnb-primary:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-primary); filter: brightness(0.92); }
.bnb-danger:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-danger); filter: brightness(0.92); }
:focus-visible { outline: 2px solid var(--bnb-accent); outline-offset: 1px; }

.bnb-facets { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 4px 0; }
.bnb-facet { display: flex; flex-wrap: wrap; gap: 4px; }
.bnb-chip { display: inline-flex; gap: 6px; padding: 1px 8px; border-radius: 10px; border-color: var(--bnb-line); }
.bnb-chip-word { max-width: 160px; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
.bnb-chip-count { color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-chip[aria-pressed="true"] { border-color: var(--bnb-accent); background: var(--bnb-chosen); box-shadow: inset 0 0 0 1px var(--bnb-accent); }
.bnb-chip[aria-pressed="true"]::before { content: "\2713"; }
.bnb-chip[aria-pressed="true"] .bnb-chip-count { color: inherit; }

.bnb-columns, .bnb-help, .bnb-more { position: relative; }
summary { list-style: none; cursor: pointer; }
.bnb-menu {
  position: absolute;
  z-index: 5;
  right: 0;
  display: flex;
  flex-direction: column;
  gap: 4px;
  max-height: 280px;
  min-width: 180px;
  padding: 8px;
  overflow: auto;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 4px;
  background: var(--bnb-back);
  box-shadow: 0 4px 14px rgb(0 0 0 / 25%);
}
.bnb-menu label { display: flex; gap: 6px; align-items: center; white-space: nowrap; }
.bnb-more .bnb-menu { right: auto; left: 0; }

.bnb-counts { font-variant-numeric: tabular-nums; }
.bnb-stale .bnb-body { opacity: 0.55; }
.bnb-totals { margin-right: auto; color: var(--bnb-dim); font-variant-numeric: tabular-nums; }

.bnb-grid {
  position: relative;
  max-height: 396px;
  min-height: 84px;
  overflow: auto;
  overflow-anchor: none;
  border: 1px solid var(--bnb-line);
  border-radius: 4px;
  overscroll-behavior-x: contain;
  contain: layout paint;
}
.bnb-head { position: sticky; z-index: 2; top: 0; min-width: max(100%, var(--bnb-width)); }
.bnb-spacer { position: relative; min-width: max(100%, var(--bnb-width)); }
.bnb-body { position: absolute; top: 0; right: 0; left: 0; will-change: transform; }
.bnb-row { display: grid; grid-template-columns: var(--bnb-columns); height: var(--bnb-row); }
.bnb-body .bnb-row { position: absolute; right: 0; left: 0; cursor: default; contain: layout paint style; background: var(--bnb-back); }
.bnb-body .bnb-row:hover { background: var(--bnb-back-2); }
.bnb-th, .bnb-td { overflow: hidden; padding: 0 8px; line-height: var(--bnb-row); text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; text-align: left; }
.bnb-td { border-bottom: 1px solid var(--bnb-line); }
.bnb-th { position: relative; display: flex; gap: 4px; border-bottom: 1px solid var(--bnb-strong-line); background: var(--bnb-back-2); font-weight: 600; cursor: pointer; user-select: none; }
.bnb-title { overflow: hidden; text-overflow: ellipsis; }
.bnb-sort { color: var(--bnb-accent); }
.bnb-grip { position: absolute; top: 0; right: 0; width: 8px; height: 100%; cursor: col-resize; touch-action: none; }
.bnb-grip::before { content: ""; position: absolute; top: 7px; right: 0; height: 14px; border-right: 1px solid var(--bnb-strong-line); }
.bnb-number { text-align: right; justify-content: flex-end; font-variant-numeric: tabular-nums; }
.bnb-active { outline: none; }
.bnb-grid:focus-visible { outline-offset: -2px; }
.bnb-grid:focus .bnb-active { box-shadow: inset 0 0 0 2px var(--bnb-accent); }
.bnb-body .bnb-row[aria-selected="true"] { background: var(--bnb-chosen); }
.bnb-locked { color: var(--bnb-dim); cursor: not-allowed; }
.bnb-failed .bnb-tick { box-shadow: inset 3px 0 0 var(--bnb-bad); }
.bnb-tick { padding: 0 9px; cursor: pointer; }
.bnb-box { position: relative; display: inline-block; width: 15px; height: 15px; margin-top: 6px; border: 1.5px solid var(--bnb-strong-line); border-radius: 3px; background: var(--bnb-back); }
.bnb-td .bnb-box { vertical-align: top; }
.bnb-locked .bnb-box { visibility: hidden; }
.bnb-row[aria-selected="true"] .bnb-box, .bnb-box[data-state="all"], .bnb-box[data-state="some"] { border-color: var(--bnb-accent); background: var(--bnb-accent); }
.bnb-row[aria-selected="true"] .bnb-box::before, .bnb-box[data-state="all"]::before {
  content: "";
  position: absolute;
  top: 0;
  left: 3.5px;
  width: 5px;
  height: 9px;
  border: solid var(--bnb-back);
  border-width: 0 2px 2px 0;
  transform: rotate(42deg);
}
.bnb-box[data-state="some"]::before { content: ""; position: absolute; top: 5px; left: 2px; width: 8px; border-top: 2px solid var(--bnb-back); }
.bnb-id { font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 12px; cursor: copy; }
.bnb-id:hover { text-decoration: underline; }
.bnb-empty { padding: 16px; color: var(--bnb-dim); }

.bnb-pill { display: inline-block; padding: 0 7px; border-radius: 9px; color: var(--bnb-text); background: var(--bnb-back-2); font-size: 11px; font-weight: 600; line-height: 18px; vertical-align: middle; box-shadow: inset 0 0 0 1px color-mix(in srgb, currentcolor 30%, transparent); }
.bnb-pill[data-kind="running"], .bnb-pill[data-kind="starting"] { color: var(--bnb-run); background: var(--bnb-run-back); }
.bnb-pill[data-kind="runnable"], .bnb-pill[data-kind="pending"], .bnb-pill[data-kind="submitted"] { color: var(--bnb-wait); background: var(--bnb-wait-back); }
.bnb-pill[data-kind="succeeded"], .bnb-pill[data-kind="done"] { color: var(--bnb-good); background: var(--bnb-good-back); }
.bnb-pill[data-kind="failed"], .bnb-pill[data-kind="bad"] { color: var(--bnb-bad); background: var(--bnb-bad-back); }

.bnb-form { display: grid; grid-template-columns: auto minmax(120px, 1fr) auto auto; gap: 4px 8px; align-items: center; margin-top: 8px; }
.bnb-form label { font-weight: 600; }
.bnb-left { color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-over { color: var(--bnb-bad); font-weight: 600; }
.bnb-why { color: var(--bnb-dim); }
.bnb-form .bnb-why { grid-column: 2 / -1; }

@media (prefers-reduced-motion: reduce) { * { transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .bnb-row[aria-selected="true"] .bnb-box, .bnb-pill { border: 1px solid; } }
`;

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
export const styleRoot = (root) => adopt(root, LOOK + BAR_LOOK + KEPT_LOOK);

/** Let the places of pickers in this page be found, and hide the table in them while a picker stands there. */
export const stylePage = () => adopt(document, PLACE);
