// @ts-check
// The nearest known words to a misspelt one: at most two edits away, or words that start with it.
import { foldedText } from "./letters.js";

const MOST_SLIPS = 2;
const MOST_NEAREST = 3;
const LONGEST_WORD = 40;

/**
 * At most three known words that could be meant: those that start with it, else those with the fewest edits.
 * @param {string} word @param {Iterable<string>} known @returns {string[]}
 */
export function findNearest(word, known) {
  const low = foldedText(word);
  const length = Array.from(low).length;
  if (!length || length > LONGEST_WORD) return [];
  const words = [...known];
  // One letter begins too many words to say anything.
  const begun = words.filter((one) => length > 1 && foldedText(one).startsWith(low));
  if (begun.length) return begun.slice(0, MOST_NEAREST);
  const slips = words
    .filter((one) => Math.abs(Array.from(one).length - length) <= MOST_SLIPS)
    .map((one) => /** @type {[string, number]} */ ([one, slipsBetween(Array.from(low), Array.from(foldedText(one)))]));
  const fewest = Math.min(MOST_SLIPS + 1, ...slips.map(([, slip]) => slip));
  // Of a word of three letters, two wrong ones leave nothing that could be recognized.
  if (fewest > Math.min(MOST_SLIPS, Math.floor(length / 2))) return [];
  return slips.filter(([, slip]) => slip === fewest).map(([one]) => one).slice(0, MOST_NEAREST);
}

/** By how many letters put in, left out, changed or swapped with a neighbour two words differ. @param {string[]} first @param {string[]} second */
function slipsBetween(first, second) {
  /** @type {number[]} */ let above = [];
  /** @type {number[]} */ let before = [];
  let row = Array.from({ length: second.length + 1 }, (_, at) => at);
  first.forEach((char, place) => {
    [above, before, row] = [before, row, [place + 1]];
    second.forEach((other, at) => {
      let cost = Math.min(before[at + 1] + 1, row[at] + 1, before[at] + (char === other ? 0 : 1));
      if (place > 0 && at > 0 && char === second[at - 1] && first[place - 1] === other) cost = Math.min(cost, above[at - 1] + 1);
      row.push(cost);
    });
  });
  return row[second.length];
}
