// @ts-check
// How the drawer looks. A part of the sheet of a picker.

export const DRAWER_LOOK = String.raw`
/* As high as the list, whatever is in it. */
.bnb-drawer { position: relative; flex: 0 0 340px; border-left: 1px solid var(--bnb-line); background: var(--bnb-back); contain: layout paint; }
.bnb-drawer-in { position: absolute; inset: 0; padding: 8px 12px 12px; overflow: auto; overscroll-behavior-x: contain; font-size: 12px; line-height: 20px; }
.bnb-drawer-in:focus { outline: none; }
.bnb-drawer.bnb-covers { position: absolute; z-index: 4; inset: 0; }
.bnb-confirm { position: relative; }
.bnb-drawer.bnb-over-review { position: absolute; z-index: 4; top: 0; right: 0; left: auto; width: 340px; box-shadow: -4px 0 12px rgb(0 0 0 / 12%); }
.bnb-drawer.bnb-over-review.bnb-covers { left: 0; width: auto; }
.bnb-pager { display: flex; gap: 12px; }
.bnb-pager-why { margin: 0 0 4px; color: var(--bnb-amber); overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-pager-why:empty { display: none; }
.bnb-groups tbody tr { cursor: pointer; }
.bnb-drawer-back:focus-visible { outline-offset: -2px; }
.bnb-drawer-back { display: none; margin-bottom: 4px; }
.bnb-covers .bnb-drawer-back { display: inline-block; }
.bnb-drawer-head { position: sticky; z-index: 1; top: -8px; display: flex; gap: 8px; align-items: flex-start; margin: -8px -12px 0; padding: 8px 12px 2px; background: var(--bnb-back); }
.bnb-drawer-title { flex: 1 1 0; min-width: 0; max-height: 60px; margin: 0; overflow: auto; font-size: 14px; line-height: 20px; font-weight: 600; overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-drawer-close { flex: none; min-height: 0; padding: 0 6px; border-color: transparent; line-height: 20px; }
.bnb-drawer-body p { margin: 0 0 4px; overflow-wrap: anywhere; }
.bnb-headline { font-variant-numeric: tabular-nums; }
.bnb-dot-sign { margin-right: 6px; color: var(--bnb-accent); }
.bnb-dot-sign[data-kind="runnable"], .bnb-dot-sign[data-kind="pending"], .bnb-dot-sign[data-kind="submitted"] { color: var(--bnb-wait); }
.bnb-dot-sign[data-kind="succeeded"] { color: var(--bnb-good); }
.bnb-dot-sign[data-kind="failed"] { color: var(--bnb-bad); }
.bnb-status-word { font-size: 11px; font-weight: 600; letter-spacing: 0.03em; }
.bnb-asked { color: var(--bnb-amber); font-weight: 600; }
.bnb-status-reason { max-height: 100px; overflow: auto; unicode-bidi: isolate; }
.bnb-links { display: flex; flex-wrap: wrap; gap: 0 14px; }
.bnb-links a { color: var(--bnb-accent); text-decoration: none; }
.bnb-links a:hover { text-decoration: underline; }
.bnb-drawer .bnb-link { line-height: inherit; white-space: normal; text-align: left; overflow-wrap: anywhere; }
.bnb-drawer .bnb-fields { grid-template-columns: 76px minmax(0, 1fr); gap: 0 8px; margin: 4px 0 0; }
.bnb-drawer .bnb-fields dd { max-height: 160px; overflow: auto; }
.bnb-field-line { overflow-wrap: anywhere; unicode-bidi: isolate; }
/* Long ids, of which the whole is in the title. */
:is([data-field="Where"], [data-field="Log stream"], [data-field="Roles"], [data-field="Image"]) .bnb-field-line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[data-field="Command"] { font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 11.5px; }
.bnb-child { margin-top: 4px; }
.bnb-drawer .bnb-number-field { width: 72px; height: 24px; padding: 1px 6px; }
.bnb-part { margin-top: 8px; }
.bnb-part h3 { margin: 0 0 2px; color: var(--bnb-dim); font-size: 11px; line-height: 16px; font-weight: 600; }
.bnb-tiny { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.bnb-tiny td { padding: 0 8px 0 0; vertical-align: top; }
.bnb-tiny td:last-child { padding-right: 0; }
.bnb-why-ended { overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-tags { display: flex; flex-wrap: wrap; gap: 4px; }
.bnb-tag { max-width: 100%; padding: 0 6px; border: 1px solid var(--bnb-line); border-radius: 3px; color: var(--bnb-text); background: var(--bnb-back-2); font: inherit; font-size: 11px; line-height: 18px; overflow-wrap: anywhere; text-align: left; unicode-bidi: isolate; cursor: pointer; }
.bnb-tag:hover { border-color: var(--bnb-accent); }
.bnb-environment summary { color: var(--bnb-dim); font-size: 11px; font-weight: 600; }
.bnb-environment .bnb-code { overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-log-acts { display: flex; justify-content: space-between; }
.bnb-log { max-height: 260px; padding: 4px 8px; overflow: auto; border: 1px solid var(--bnb-line); border-radius: 4px; background: var(--bnb-back-2); font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 11px; line-height: 16px; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; overscroll-behavior-x: contain; }
.bnb-drawer-notice { padding: 4px 8px; border-left: 3px solid var(--bnb-amber-line); background: var(--bnb-amber-back); }
.bnb-name { cursor: pointer; }
.bnb-name:hover, .bnb-name:hover > span { text-decoration: underline; }
`;
