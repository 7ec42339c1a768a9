// @ts-check
// How the columns look: what is pinned, the dots of statuses, and the menu. A part of the sheet of a picker.

export const COLUMNS_LOOK = String.raw`
.bnb-grid { scroll-padding-left: var(--bnb-pinned, 0); }
/* Only while it is scrolled to the right: what is sticky is a layer of its own, and dozens of them cost half of each frame. */
.bnb-scrolled .bnb-body .bnb-tick, .bnb-scrolled .bnb-body .bnb-pinned { position: sticky; z-index: 1; left: 0; background: inherit; }
.bnb-head .bnb-tick, .bnb-head .bnb-pinned { position: sticky; z-index: 2; left: 0; }
.bnb-head .bnb-pinned, .bnb-scrolled .bnb-body .bnb-pinned { left: 34px; }
.bnb-scrolled .bnb-pinned { box-shadow: 1px 0 0 var(--bnb-strong-line), 4px 0 6px -2px rgb(0 0 0 / 28%); }
.bnb-name { display: inline-block; max-width: calc(100% - var(--bnb-behind, 0px)); overflow: hidden; white-space: pre; text-overflow: ellipsis; vertical-align: top; unicode-bidi: isolate; }
.bnb-name:has(> .bnb-tail) { text-overflow: clip; }
/* A little more than measured, so that nothing is cut where all of it has space. */
.bnb-head-part { display: inline-block; max-width: calc(100% - var(--bnb-tail, 0px) + 2px); overflow: hidden; text-overflow: ellipsis; vertical-align: top; }
.bnb-behind, .bnb-dim { color: var(--bnb-dim); }
.bnb-behind { white-space: pre; font-variant-numeric: tabular-nums; }
.bnb-th.bnb-number { flex-direction: row-reverse; justify-content: flex-start; }

.bnb-dot { position: relative; display: inline-block; width: 9px; height: 9px; margin-right: 6px; border: 2px solid var(--bnb-dim); border-radius: 50%; vertical-align: -0.5px; }
.bnb-dot[data-kind="running"] { border-color: var(--bnb-accent); background: var(--bnb-accent); }
.bnb-dot[data-kind="starting"] { border-color: var(--bnb-accent); background: linear-gradient(90deg, var(--bnb-accent) 50%, transparent 50%); }
.bnb-dot[data-kind="runnable"], .bnb-dot[data-kind="pending"], .bnb-dot[data-kind="submitted"] { border-color: var(--bnb-amber); }
.bnb-dot[data-kind="succeeded"], .bnb-dot[data-kind="failed"], .bnb-dot[data-kind="wanted"] { border-radius: 1px; }
.bnb-dot[data-kind="succeeded"] { border-color: var(--bnb-good); background: var(--bnb-good); }
.bnb-dot[data-kind="failed"] { border-color: var(--bnb-bad); background: var(--bnb-bad); }
.bnb-dot[data-kind="wanted"] { background: var(--bnb-dim); }
.bnb-word { font-size: 11px; letter-spacing: 0.02em; }
.bnb-word[data-kind="failed"] { color: var(--bnb-bad); }
.bnb-fate { font-weight: 600; }
.bnb-fate[data-kind="bad"] { color: var(--bnb-bad); }
.bnb-fate[data-kind="done"] { color: var(--bnb-good); }
.bnb-fate[data-kind="starting"] { color: var(--bnb-run); }

.bnb-columns-list { display: flex; flex-direction: column; gap: 4px; overflow: auto; max-height: 220px; }
.bnb-menu-column[draggable="true"] { cursor: grab; }
.bnb-menu-hint { margin: 0; color: var(--bnb-dim); font-size: 12px; }
.bnb-missing { display: flex; flex: none; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; padding: 0 12px 8px; }
.bnb-missing:empty { display: none; }
/* In a narrow page the buttons stand at the left, and their menus would end outside of the picker. */
@container (max-width: 719px) {
  .bnb-tools { position: relative; }
  .bnb-tools > details { position: static; }
  .bnb-tools > details > .bnb-menu { right: auto; left: 12px; max-width: calc(100cqw - 24px); }
}
@media (forced-colors: active) {
  .bnb-dot { forced-color-adjust: none; border-color: CanvasText; }
  .bnb-dot[data-kind="running"], .bnb-dot[data-kind="failed"], .bnb-dot[data-kind="succeeded"], .bnb-dot[data-kind="wanted"] { background: CanvasText; }
  .bnb-dot[data-kind="starting"] { background: linear-gradient(90deg, CanvasText 50%, transparent 50%); }
}
`;
