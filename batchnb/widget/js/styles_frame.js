// @ts-check
// How the frame looks: the root and its heights, buttons and menus, the search, the facets, the stage and its grip.

export const FRAME_LOOK = String.raw`
.bnb {
  position: relative;
  display: flex;
  flex-direction: column;
  width: 100%;
  /* At most 640 px, unless somebody wants a higher list; and never more than can be seen at once. */
  max-height: min(calc(640px + max(0px, var(--bnb-stage) - 390px)), var(--bnb-visible, 10000px));
  --bnb-stage: 390px;
  container-type: inline-size;
  border: 1px solid var(--bnb-line);
  border-radius: 6px;
  color: var(--bnb-text);
  background: var(--bnb-back);
  font: 13px/20px var(--jp-ui-font-family, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
  animation: bnb-attached 1ms;
}
@keyframes bnb-attached { from { outline-color: transparent; } to { outline-color: currentcolor; } }

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.bnb-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bnb-browse { display: contents; }
.bnb-bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.bnb-grow { flex: 1 1 0; min-width: 0; }
:focus-visible { outline: 2px solid var(--bnb-accent); outline-offset: 1px; }

input[type="search"], input[type="text"], textarea {
  min-width: 0;
  height: 32px;
  padding: 4px 8px;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 4px;
  color: inherit;
  background: var(--bnb-back);
  font: inherit;
}
textarea { height: auto; }
::placeholder { color: var(--bnb-dim); opacity: 1; }

.bnb-button {
  display: inline-flex;
  gap: 4px;
  align-items: center;
  min-height: 32px;
  padding: 3px 12px;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 4px;
  color: var(--bnb-text);
  background: var(--bnb-back);
  font: inherit;
  white-space: nowrap;
  cursor: pointer;
}
.bnb-small { min-height: 24px; padding: 1px 8px; font-size: 12px; line-height: 16px; }
.bnb-quiet { min-height: 24px; padding: 1px 4px; border-color: transparent; color: var(--bnb-accent); background: none; }
.bnb-button:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-back-2); }
.bnb-quiet:hover:not(:disabled, [aria-disabled="true"]) { background: none; text-decoration: underline; }
.bnb-button:disabled, .bnb-button[aria-disabled="true"] { color: var(--bnb-dim); border-color: var(--bnb-line); background: var(--bnb-back-2); cursor: not-allowed; }
.bnb-danger:not(:disabled, [aria-disabled="true"]) { color: var(--bnb-on-fill); background: var(--bnb-danger); border-color: var(--bnb-danger); font-weight: 600; }
.bnb-primary:not(:disabled, [aria-disabled="true"]) { color: var(--bnb-on-fill); background: var(--bnb-primary); border-color: var(--bnb-primary); font-weight: 600; }
.bnb-primary:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-primary); filter: brightness(0.92); }
.bnb-danger:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-danger); filter: brightness(0.92); }
.bnb-link { padding: 0; border: 0; color: var(--bnb-accent); background: none; font: inherit; cursor: pointer; white-space: nowrap; }
.bnb-link:hover { text-decoration: underline; }
.bnb-link[aria-disabled="true"] { color: var(--bnb-dim); text-decoration: none; cursor: not-allowed; }

summary { list-style: none; cursor: pointer; }
summary::-webkit-details-marker { display: none; }
.bnb-columns, .bnb-help, .bnb-more { position: relative; flex: none; }
.bnb-menu {
  position: absolute;
  z-index: 6;
  top: calc(100% + 4px);
  right: 0;
  display: flex;
  flex-direction: column;
  gap: 4px;
  max-height: 300px;
  min-width: 180px;
  padding: 8px;
  overflow: auto;
  border: 1px solid var(--bnb-strong-line);
  border-radius: 6px;
  background: var(--bnb-back);
  box-shadow: 0 8px 24px rgb(0 0 0 / 18%);
}
.bnb-menu label:has([aria-disabled="true"]) { color: var(--bnb-dim); cursor: not-allowed; }
.bnb-menu label { display: flex; gap: 6px; align-items: center; white-space: nowrap; }

.bnb-tools { display: flex; flex: none; gap: 8px; align-items: center; padding: 12px 12px 8px; }
.bnb-field { position: relative; display: flex; flex: 1 1 0; min-width: 0; }
.bnb-search { flex: 1 1 0; padding-right: 32px !important; }
.bnb-search[aria-invalid="true"] { border-color: var(--bnb-bad); }
.bnb-slash { position: absolute; top: 6px; right: 8px; padding: 1px 5px; border: 1px solid var(--bnb-line); border-radius: 3px; color: var(--bnb-dim); background: var(--bnb-back-2); font-size: 11px; line-height: 16px; pointer-events: none; }
.bnb-search:focus ~ .bnb-slash, .bnb-search:not(:placeholder-shown) ~ .bnb-slash { display: none; }
.bnb-options { position: absolute; z-index: 7; top: calc(100% + 4px); left: 0; min-width: 220px; max-width: 100%; max-height: 248px; margin: 0; padding: 4px; overflow: auto; border: 1px solid var(--bnb-strong-line); border-radius: 6px; background: var(--bnb-back); box-shadow: 0 8px 24px rgb(0 0 0 / 18%); list-style: none; }
.bnb-option { display: flex; gap: 16px; justify-content: space-between; padding: 2px 8px; border-radius: 4px; cursor: pointer; }
.bnb-option:hover, .bnb-option[aria-selected="true"] { background: var(--bnb-chosen); }
.bnb-option .bnb-chip-word { max-width: 320px; white-space: nowrap; }
.bnb-query-error { flex: none; padding: 0 12px 8px; overflow-wrap: anywhere; }
.bnb-query-error:empty { display: none; }
.bnb-query-error strong { color: var(--bnb-bad); font-weight: 600; }
.bnb-code { font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 12px; }
.bnb-turn { align-self: flex-start; }
.bnb-examples { width: max-content; max-width: min(560px, 80cqw); max-height: 440px; }

.bnb-drop::after { content: "\25be" / ""; }
.bnb-facets-place { position: relative; flex: none; }
.bnb-facets { padding: 0 12px 8px; font-size: 12px; }
.bnb-facets:empty { display: none; }
.bnb-facet { display: flex; gap: 4px; align-items: center; height: 28px; }
.bnb-facet-title { flex: 0 0 76px; overflow: hidden; color: var(--bnb-dim); text-overflow: ellipsis; white-space: nowrap; }
.bnb-off > .bnb-facet-title, .bnb-off > .bnb-chips > .bnb-chip[aria-pressed="false"], .bnb-off > .bnb-more > summary { opacity: 0.55; }
.bnb-menu-list { display: flex; flex-direction: column; gap: 4px; }
.bnb-chips { display: flex; flex: 0 1 auto; gap: 4px; min-width: 0; overflow: hidden; padding: 2px; margin: -2px; }
.bnb-chip {
  display: inline-flex;
  flex: 0 1 auto;
  gap: 6px;
  align-items: center;
  min-width: 48px;
  height: 24px;
  padding: 0 8px;
  border: 1px solid var(--bnb-line);
  border-radius: 12px;
  color: var(--bnb-text);
  background: var(--bnb-back);
  font: inherit;
  white-space: nowrap;
  cursor: pointer;
}
.bnb-chip:hover:not(:disabled) { background: var(--bnb-back-2); }
.bnb-chip:disabled { color: var(--bnb-dim); cursor: not-allowed; }
.bnb-chip-word { min-width: 0; max-width: 160px; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
.bnb-chip-count { color: var(--bnb-dim); }
.bnb-chip[aria-pressed="true"], .bnb-more > .bnb-chip[data-on] { border-color: var(--bnb-accent); background: var(--bnb-chosen); font-weight: 600; }
.bnb-chip[aria-pressed="true"]::before { content: "\2713"; }
.bnb-chip[aria-pressed="true"] .bnb-chip-count { color: inherit; font-weight: 400; }
.bnb-typed-facet { flex: none; padding: 0 4px; color: var(--bnb-dim); font-style: italic; white-space: nowrap; }
.bnb-more .bnb-menu { right: auto; left: 0; width: max-content; max-width: min(360px, 80cqw); }
.bnb-more .bnb-menu input { height: 28px; }
.bnb-more .bnb-menu .bnb-chip { flex: none; justify-content: space-between; border-radius: 4px; }
.bnb-more .bnb-menu .bnb-chip-word { min-width: 0; max-width: 260px; }
.bnb-filters { display: none; }

.bnb-stage { position: relative; display: flex; flex: 0 1000 var(--bnb-stage); min-height: min(240px, var(--bnb-stage)); border-top: 1px solid var(--bnb-line); }
.bnb-list { position: relative; display: flex; flex: 1 1 0; flex-direction: column; min-width: 0; min-height: 0; }
.bnb-count-line { display: flex; flex: none; gap: 8px; align-items: center; height: 36px; padding: 0 12px; white-space: nowrap; }
.bnb-found { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.bnb-list > .bnb-grid { flex: 1 1 0; min-height: 0; }
.bnb-empty {
  position: absolute;
  top: calc(36px + var(--bnb-row) + 1px);
  right: 0;
  bottom: 0;
  left: 0;
  display: flex;
  flex-direction: column;
  gap: 8px;
  align-items: center;
  justify-content: center;
  padding: 8px 32px;
  overflow: auto;
  color: var(--bnb-dim);
  text-align: center;
  overflow-wrap: anywhere;
}
.bnb-empty p { margin: 0; }
.bnb-empty p:first-child { color: var(--bnb-text); font-size: 14px; font-weight: 600; }

.bnb-rule { display: flex; flex: none; align-items: center; justify-content: center; height: 8px; border-top: 1px solid var(--bnb-line); background: var(--bnb-back-2); cursor: ns-resize; touch-action: none; }
.bnb-rule::after { content: ""; width: 32px; height: 2px; border-radius: 1px; background: var(--bnb-strong-line); }
.bnb-rule:hover::after { background: var(--bnb-accent); }
.bnb-rule:focus-visible { outline-offset: -2px; }

.bnb-acts { position: relative; display: flex; flex: 0 1 auto; flex-direction: column; min-height: 0; overflow-y: auto; border-radius: 0 0 6px 6px; background: var(--bnb-back-2); }
.bnb-chosen { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: center; min-height: 24px; padding: 8px 12px 4px; }
.bnb:not([data-bar="idle"], [data-bar="result"], [data-bar="planning"]) .bnb-chosen { display: none; }
.bnb-counts strong, .bnb-found strong { font-weight: 600; }
.bnb-out { color: var(--bnb-amber); }
.bnb-totals { display: inline-flex; flex-wrap: wrap; gap: 0 16px; min-width: 0; color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-totals strong { color: var(--bnb-text); font-weight: 600; }
.bnb-chosen-acts { display: flex; gap: 8px; margin-left: auto; }

/* Where less can be seen at once than the parts need, they scroll between the strip and the bar. */
.bnb[data-short] { overflow-x: hidden; overflow-y: auto; }
.bnb[data-short] > .bnb-strip { position: sticky; z-index: 9; top: 0; flex: none; }
.bnb[data-short] > .bnb-acts { position: sticky; z-index: 8; bottom: 0; flex-shrink: 0; max-height: 60%; border-top: 1px solid var(--bnb-line); }
.bnb[data-short][data-bar="review"] { overflow: hidden; }
.bnb[data-short][data-bar="review"] > .bnb-acts { position: relative; flex-shrink: 1; max-height: none; }

@container (max-width: 719px) {
  .bnb-tools { flex-wrap: wrap; }
  .bnb-field { flex-basis: 100%; }
  .bnb-filters { display: inline-flex; }
  .bnb-facets:not([data-open]) { display: none; }
  .bnb-facets { position: absolute; z-index: 5; right: 0; left: 0; padding-bottom: 4px; border-bottom: 1px solid var(--bnb-strong-line); background: var(--bnb-back); box-shadow: 0 8px 24px rgb(0 0 0 / 18%); }
  .bnb-facet { flex-wrap: wrap; height: auto; min-height: 28px; padding: 2px 0; }
  .bnb-facet-title { flex-basis: 100%; }
  .bnb-chips { flex-wrap: wrap; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) {
  .bnb-chip[aria-pressed="true"] { border: 2px solid Highlight; }
  .bnb-rule::after { background: ButtonText; }
  .bnb-option[aria-selected="true"] { outline: 2px solid Highlight; }
}
`;
