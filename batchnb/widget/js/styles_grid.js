// @ts-check
// How the table looks: titles, rows, cells and boxes.

export const GRID_LOOK = String.raw`
.bnb-stale .bnb-body { opacity: 0.55; }
.bnb-grid {
  position: relative;
  overflow: auto;
  overflow-anchor: none;
  border-top: 1px solid var(--bnb-line);
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
.bnb-th { position: relative; display: flex; gap: 4px; border-bottom: 1px solid var(--bnb-strong-line); color: var(--bnb-dim); background: var(--bnb-back-2); font-size: 12px; font-weight: 600; cursor: pointer; user-select: none; }
.bnb-title { overflow: hidden; text-overflow: ellipsis; }
.bnb-sort { color: var(--bnb-accent); }
.bnb-grip { position: absolute; top: 0; right: 0; width: 8px; height: 100%; cursor: col-resize; touch-action: none; }
.bnb-grip::before { content: ""; position: absolute; top: 7px; right: 0; height: 14px; border-right: 1px solid var(--bnb-strong-line); }
.bnb-number { text-align: right; justify-content: flex-end; font-variant-numeric: tabular-nums; }
.bnb-active { outline: none; }
.bnb-grid:focus-visible { outline-offset: -2px; }
.bnb-grid[aria-activedescendant]:focus-visible { outline: none; }
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

@media (forced-colors: active) { .bnb-row[aria-selected="true"] .bnb-box { border: 1px solid; } }
`;
