// @ts-check
// How the review and the bar look. A part of the sheet of a picker.

export const BAR_LOOK = String.raw`

.bnb-form { display: grid; grid-template-columns: auto minmax(120px, 1fr) auto auto; gap: 4px 8px; align-items: center; flex: none; padding: 4px 12px 8px; }
.bnb-form label { font-weight: 600; }
.bnb-left { color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-over { color: var(--bnb-bad); font-weight: 600; }
.bnb-why { color: var(--bnb-dim); }
.bnb-form .bnb-why { grid-column: 2 / -1; }

.bnb-planning { padding: 8px 12px; }
.bnb-panel, .bnb-confirm { display: flex; flex: 0 1 auto; flex-direction: column; min-height: 0; }
.bnb-confirm > * { flex: none; }
.bnb-confirm > .bnb-review { position: relative; flex: 0 1 auto; min-height: 72px; padding: 0 12px 4px; overflow: auto; background: var(--bnb-back); overscroll-behavior-x: contain; }
.bnb-review:focus-visible { outline-offset: -2px; }
.bnb-question { position: sticky; z-index: 2; top: 0; margin: 0 -12px; padding: 12px 12px 4px; background: var(--bnb-back); font-size: 15px; line-height: 20px; font-weight: 600; }
.bnb-line, .bnb-mixed { margin: 0 0 8px; color: var(--bnb-dim); overflow-wrap: anywhere; }
.bnb-line strong { color: var(--bnb-text); }
.bnb-groups { width: 100%; margin: 0 0 10px; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.bnb-groups th, .bnb-groups td { padding: 4px 8px; border-bottom: 1px solid var(--bnb-line); line-height: 20px; text-align: left; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-groups thead th { position: sticky; top: 36px; border-top: 1px solid var(--bnb-line); color: var(--bnb-dim); background: var(--bnb-back-2); font-size: 12px; font-weight: 600; }
.bnb-groups tbody th { font-weight: 600; }
.bnb-whole { white-space: nowrap; }
.bnb-groups tfoot td { border-bottom: 0; font-weight: 600; }
.bnb-groups td.bnb-number, .bnb-groups th.bnb-number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
.bnb-names { width: 45%; min-width: 110px; }
.bnb-names .bnb-link { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.bnb-groups th:first-child { min-width: 96px; }
.bnb-dim { color: var(--bnb-dim); }
.bnb-marked th, .bnb-marked td { background: var(--bnb-amber-back); }
.bnb-marked th { box-shadow: inset 3px 0 0 var(--bnb-amber-line); }
.bnb-odd-why { color: var(--bnb-amber); font-size: 12px; }
.bnb-act { text-align: right; white-space: nowrap; }
.bnb-groups tbody th.bnb-same { color: var(--bnb-dim); font-weight: 400; }
@media (hover: hover) { .bnb-groups tbody tr:not(.bnb-odd, :hover, :focus-within) .bnb-act { opacity: 0; } }
.bnb-note-acts { display: flex; flex: none; gap: 12px; }
.bnb-notes, .bnb-facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 14px; margin: 0 0 8px; }
.bnb-notes dt, .bnb-facts dt { color: var(--bnb-dim); }
.bnb-notes dd, .bnb-facts dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-notes dd { display: flex; gap: 12px; justify-content: space-between; }
.bnb-notes code { font-family: var(--jp-code-font-family, ui-monospace, monospace); font-size: 12px; }
.bnb-amber { margin: 0; padding: 6px 10px; border-left: 3px solid var(--bnb-amber-line); background: var(--bnb-amber-back); overflow-wrap: anywhere; }
.bnb-final-bar { gap: 8px; padding: 8px 12px; border-top: 1px solid var(--bnb-line); background: var(--bnb-back-2); }
.bnb-final-bar .bnb-why { flex: 1 1 0; min-width: 220px; }
.bnb-plan { margin-left: auto; color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-typed { width: 90px; margin-left: 4px; }

.bnb-running, .bnb-lost, .bnb-result:not(:empty), .bnb-notice:not(:empty) { flex: none; padding: 8px 12px; }
.bnb-run-head { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; margin-bottom: 6px; }
.bnb-run-reason { min-width: 0; color: var(--bnb-dim); overflow-wrap: anywhere; unicode-bidi: isolate; }
.bnb-run-left { margin-left: auto; color: var(--bnb-dim); font-variant-numeric: tabular-nums; }
.bnb-run-note { margin: 4px 0 0; color: var(--bnb-dim); }
.bnb-running .bnb-bar { justify-content: space-between; margin-top: 6px; }
.bnb-meter { display: flex; height: 8px; overflow: hidden; border-radius: 4px; background: var(--bnb-line); }
.bnb-meter span { transition: width 0.25s linear; }
.bnb-meter-done { background: var(--bnb-primary); }
.bnb-meter-failed { background: var(--bnb-amber-line); }
.bnb-meter-asked { background: color-mix(in srgb, var(--bnb-primary) 40%, transparent); }
.bnb-figures { margin: 8px 0 4px; font-variant-numeric: tabular-nums; }
.bnb-summary { margin: 0; font-size: 15px; line-height: 20px; font-weight: 600; }
.bnb-cause { margin: 4px 0; overflow-wrap: anywhere; }
.bnb-result .bnb-bar { margin-bottom: 4px; }
.bnb-details { display: inline-block; margin-left: 6px; vertical-align: top; }
.bnb-details summary, .bnb-facts-more summary, .bnb-result > details > summary { color: var(--bnb-accent); }
.bnb-details[open] { display: block; margin-left: 0; color: var(--bnb-dim); }
.bnb-facts-more { margin-bottom: 8px; }
.bnb-facts-more .bnb-facts, .bnb-result .bnb-facts { margin-top: 6px; }
.bnb-lost { color: var(--bnb-wait); background: var(--bnb-wait-back); }
.bnb-notice:not(:empty) { display: flex; gap: 12px; align-items: flex-start; justify-content: space-between; color: var(--bnb-bad); background: var(--bnb-bad-back); overflow-wrap: anywhere; }
.bnb-notice .bnb-bar { flex: none; margin: 0; }
.bnb-notice summary { color: inherit; text-decoration: underline; }
.bnb-waiting:not(:empty) { padding: 0 12px 8px; color: var(--bnb-dim); }
.bnb-copy { display: block; width: 100%; font-family: var(--jp-code-font-family, ui-monospace, monospace); }
.bnb-copied { color: var(--bnb-good); font-size: 12px; }
.bnb-saved { margin-top: 6px; border-collapse: collapse; color: var(--bnb-text); }
.bnb-saved caption { text-align: left; }
.bnb-saved td, .bnb-saved th { padding: 2px 8px; border: 1px solid var(--bnb-line); text-align: left; overflow-wrap: anywhere; }

@container (max-width: 720px) {
  .bnb-groups .bnb-number:nth-child(7) { display: none; }
  .bnb-groups th, .bnb-groups td { padding: 4px 5px; }
}
@container (max-width: 440px) {
  .bnb-notes { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .bnb-notes dd { margin-bottom: 6px; }
}
@container (max-width: 640px) { .bnb-groups .bnb-number:nth-child(6) { display: none; } }
@container (max-width: 520px) { .bnb-groups .bnb-number:nth-child(5) { display: none; } }
@media (prefers-reduced-motion: reduce) { .bnb-meter span { transition: none; } }
@media (forced-colors: active) {
  .bnb-meter { border: 1px solid; }
  .bnb-meter-done { background: Highlight; }
  .bnb-marked th { border-left: 3px solid; }
}
`;
