// The contrast of the colours that stand on one another, computed as WCAG does.
import assert from "node:assert/strict";
import test from "node:test";
import { DARK, LIGHT } from "../../../batchnb/widget/js/styles_tokens.js";

const TEXT = 4.5;
const BORDER = 3;
/** Text, and what it stands on. */
const PAIRS = [
  ...["back", "back-2", "chosen", "amber-back", "code"].map((back) => ["text", back]),
  ...["back", "back-2", "chosen"].map((back) => ["dim", back]),
  ...["back", "back-2", "chosen", "amber-back"].map((back) => ["accent", back]),
  ...["back", "back-2", "amber-back"].map((back) => ["amber", back]),
  ...["back", "back-2", "bad-back"].map((back) => ["bad", back]),
  ...["back", "back-2", "good-back"].map((back) => ["good", back]),
  ["wait", "wait-back"], ["run", "run-back"], ["badge-text", "badge"], ["on-fill", "primary"], ["on-fill", "danger"],
];

/** @param {string} color @returns {number} the relative luminance */
function luminance(color) {
  const hex = color.length === 4 ? [...color.slice(1)].map((one) => one + one) : color.slice(1).match(/../g);
  const [red, green, blue] = hex.map((one) => parseInt(one, 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} one @param {string} other */
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

for (const [name, tokens] of Object.entries({ light: LIGHT, dark: DARK })) {
  test(`text can be read in ${name}`, () => {
    for (const [text, back] of PAIRS) assert.ok(contrast(tokens[text], tokens[back]) >= TEXT, `${text} on ${back}: ${contrast(tokens[text], tokens[back]).toFixed(2)}`);
  });

  test(`the border of a control, and a dot, can be seen in ${name}`, () => {
    for (const border of ["strong-line", "wait-dot", "accent"]) {
      for (const back of ["back", "back-2"]) assert.ok(contrast(tokens[border], tokens[back]) >= BORDER, `${border} on ${back}: ${contrast(tokens[border], tokens[back]).toFixed(2)}`);
    }
  });
}

test("both themes have the same tokens", () => {
  assert.deepEqual(Object.keys(DARK), Object.keys(LIGHT));
});
