// @ts-check
// The colours of the picker, light and dark. A test computes the contrast of each pair that stands on one another.

/** @type {Record<string, string>} */
export const LIGHT = {
  back: "#fff", "back-2": "#f6f7f9", code: "#f3f4f6", text: "#1b1f24", dim: "#57606a", line: "#e4e7eb", "strong-line": "#868e99",
  accent: "#0b61c4", chosen: "#e9f2fd", primary: "#0b61c4", danger: "#b3261e", "on-fill": "#fff",
  bad: "#9c1c14", "bad-back": "#fce4e2", good: "#14602e", "good-back": "#dcf3e2", wait: "#704600", "wait-back": "#fdf0d0",
  run: "#0b4a91", "run-back": "#dcebfc", amber: "#704600", "amber-back": "#fff5dc", "amber-line": "#f2b233", "wait-dot": "#9a6700",
  badge: "#f2b233", "badge-text": "#2a1c00",
};

/** @type {Record<string, string>} */
export const DARK = {
  back: "#181b20", "back-2": "#20252b", code: "#0f1216", text: "#eef1f5", dim: "#a9b3be", line: "#333a43", "strong-line": "#77818d",
  accent: "#74b5ff", chosen: "#15304d", primary: "#2670d6", danger: "#cf352b", "on-fill": "#fff",
  bad: "#ff9c93", "bad-back": "#571a15", good: "#86dba0", "good-back": "#123d21", wait: "#ffdc97", "wait-back": "#4a3406",
  run: "#b5d6ff", "run-back": "#133b68", amber: "#ffd78a", "amber-back": "#352a10", "amber-line": "#f2b233", "wait-dot": "#f2b233",
  badge: "#f2b233", "badge-text": "#2a1c00",
};

/** @param {Record<string, string>} tokens */
const properties = (tokens) => Object.entries(tokens).map(([name, value]) => `--bnb-${name}: ${value};`).join(" ");

/** The tokens as custom properties. The colours of a theme are not taken: their contrast with ours is not known. */
export const TOKENS = `
.bnb { color-scheme: light; ${properties(LIGHT)} --bnb-row: 28px; }
:host([data-dark]) .bnb { color-scheme: dark; ${properties(DARK)} }
`;
