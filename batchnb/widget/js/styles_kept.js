// @ts-check
// How the line looks that says what was kept. A part of the sheet of a picker.

export const KEPT_LOOK = String.raw`
.bnb-kept:not(:empty) { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; margin: 4px 0; padding: 4px 8px; border-left: 3px solid var(--bnb-accent); background: var(--bnb-back-2); }
.bnb-kept > span { flex: 1 1 auto; min-width: 0; overflow-wrap: anywhere; }
`;
