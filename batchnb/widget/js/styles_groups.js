// @ts-check
// How the rows of groups and the menu of groups look.

export const GROUPS_LOOK = String.raw`
.bnb-group { grid-template-columns: 34px 1fr; }
.bnb-body .bnb-group { font-weight: 600; cursor: pointer; }
.bnb-body .bnb-group[aria-level="2"] { font-weight: 400; }
.bnb-group > .bnb-tick { position: sticky; left: 0; }
/* However far the columns are scrolled, what a group says stays in sight. */
.bnb-group-cell { position: sticky; left: 34px; width: calc(var(--bnb-in-sight, 100cqw) - 34px); container-type: inline-size; }
.bnb-group-line { display: grid; grid-template-columns: minmax(90px, 1fr) 72px minmax(60px, 170px) 112px 108px 92px 64px; gap: 8px; align-items: center; }
.bnb-group[aria-level="2"] .bnb-group-name { padding-left: 16px; }
.bnb-group-name { display: flex; gap: 6px; }
.bnb-group-line > *, .bnb-group-name > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: isolate; }
.bnb-group-arrow { flex: none; width: 12px; }
.bnb-group-title { flex: 0 1 auto; min-width: 40px; }
.bnb-group-jobs { flex: 1 4 auto; min-width: 0; }
:is(.bnb-group-jobs, .bnb-group-parts) { color: var(--bnb-dim); font-weight: 400; }
.bnb-group-bar { display: flex; gap: 1px; height: 8px; border-radius: 2px; background: var(--bnb-back-2); }
.bnb-group-bar > * { min-width: 2px; background: var(--bnb-strong-line); }
.bnb-group-bar > [data-kind="running"] { background: var(--bnb-primary); }
.bnb-group-bar > [data-kind="starting"] { background: color-mix(in srgb, var(--bnb-primary) 45%, var(--bnb-back)); }
.bnb-group-bar > [data-kind="waiting"] { background: var(--bnb-badge); }
.bnb-group-bar > [data-kind="failed"] { background: var(--bnb-bad); }
.bnb-group-bar > [data-kind="succeeded"] { background: var(--bnb-good); }
:is(.bnb-group-oldest, .bnb-group-hours, .bnb-group-vcpus, .bnb-group-gpus) { text-align: right; font-variant-numeric: tabular-nums; }
.bnb-body .bnb-row:not(.bnb-group)[aria-level="2"] > :nth-child(2) { padding-left: 24px; }
.bnb-body .bnb-row:not(.bnb-group)[aria-level="3"] > :nth-child(2) { padding-left: 40px; }
.bnb-group-by { position: relative; }
.bnb-group-menu { max-height: 360px; }
.bnb-group-list { display: contents; }
.bnb-then { margin-top: 4px; padding-top: 6px; border-top: 1px solid var(--bnb-line); }
.bnb-then select { color: inherit; background: var(--bnb-back); font: inherit; }
@container (max-width: 800px) {
  .bnb-group-line { grid-template-columns: minmax(90px, 1fr) 72px minmax(60px, 160px) 112px 108px; }
  :is(.bnb-group-vcpus, .bnb-group-gpus) { display: none; }
}
@container (max-width: 620px) {
  .bnb-group-line { grid-template-columns: minmax(90px, 1fr) 72px 112px; }
  :is(.bnb-group-hours, .bnb-group-parts) { display: none; }
}
@container (max-width: 400px) {
  .bnb-group-line { grid-template-columns: 1fr; }
  :is(.bnb-group-bar, .bnb-group-oldest) { display: none; }
}
@media (forced-colors: active) { .bnb-group-bar { border: 1px solid; } .bnb-group-bar > * { forced-color-adjust: none; } }
`;
