// @ts-check
// How the header strip and its menus look. A part of the sheet of a picker.

export const STRIP_LOOK = String.raw`
.bnb-strip { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; flex: none; min-height: 40px; padding: 4px 12px; border-bottom: 1px solid var(--bnb-line); border-radius: 6px 6px 0 0; background: var(--bnb-back-2); }
.bnb-strip[data-badge="production"] { border-bottom-color: var(--bnb-amber-line); background: var(--bnb-amber-back); }
.bnb-strip-place { display: flex; flex: 1 1 auto; flex-wrap: wrap; gap: 2px 8px; align-items: center; min-width: 0; font-variant-numeric: tabular-nums; }
.bnb-strip-place strong { overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-strip-part { overflow-wrap: anywhere; color: var(--bnb-dim); unicode-bidi: isolate; }
.bnb-strip-part::before { content: "\b7\a0"; }
.bnb-badge + .bnb-strip-part::before { content: none; }
.bnb-strip-who { flex: 0 1 auto; max-width: 260px; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bnb-strip-acts { display: flex; flex: 0 1 auto; flex-wrap: wrap; gap: 4px 8px; align-items: center; justify-content: flex-end; margin-left: auto; }
.bnb-badge { padding: 1px 8px; border: 1px solid var(--bnb-strong-line); border-radius: 4px; font-size: 11px; font-weight: 700; letter-spacing: 0.03em; white-space: nowrap; }
[data-badge="production"] .bnb-badge { border-color: var(--bnb-badge); color: var(--bnb-badge-text); background: var(--bnb-badge); }
[data-badge="emulator"] .bnb-badge { border: 1px dashed var(--bnb-good); color: var(--bnb-good); }
[data-badge="unknown"] .bnb-badge { border-style: dashed; color: var(--bnb-wait); }
.bnb-age { color: var(--bnb-dim); }
.bnb-old { color: var(--bnb-amber); font-weight: 600; }
.bnb-amber-text, .bnb-form .bnb-why.bnb-amber-text { color: var(--bnb-amber); overflow-wrap: anywhere; }
.bnb-split { display: inline-flex; }
.bnb-split > .bnb-button { border-radius: 4px 0 0 4px; }
.bnb-split summary { border-left: 0; border-radius: 0 4px 4px 0; padding: 3px 6px; }
.bnb-strip-acts .bnb-button { min-height: 24px; padding: 1px 8px; font-size: 12px; line-height: 20px; }
.bnb-strip-menu { position: relative; }
.bnb-strip-menu.bnb-on > summary { border-color: var(--bnb-accent); color: var(--bnb-accent); }
.bnb-strip-menu .bnb-menu { width: max-content; max-width: min(420px, 80cqw); min-width: 0; max-height: 340px; }
.bnb-entry { padding: 3px 8px; border: 0; border-radius: 4px; color: var(--bnb-text); background: none; font: inherit; text-align: left; cursor: pointer; }
.bnb-entry:hover:not(:disabled, [aria-disabled="true"]) { background: var(--bnb-back-2); }
.bnb-entry:disabled, .bnb-entry[aria-disabled="true"] { color: var(--bnb-dim); cursor: not-allowed; }

/* Two lines: where and who, and below them what can be done. */
@container (max-width: 720px) {
  .bnb-strip-place { flex: 1 1 100%; flex-wrap: nowrap; }
  .bnb-strip-place > * { flex: none; }
  .bnb-strip-place > strong { flex: 0 1 auto; overflow: hidden; min-width: 60px; text-overflow: ellipsis; white-space: nowrap; }
  .bnb-strip-place > .bnb-strip-who { flex: 0 1000 auto; }
  .bnb-strip-acts { flex: 1 1 100%; }
}
@container (max-width: 480px) { .bnb-strip-place { flex-wrap: wrap; } }
@media (forced-colors: active) { .bnb-badge { border: 1px solid; } }
`;
