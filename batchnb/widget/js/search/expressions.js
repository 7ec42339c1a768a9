// @ts-check
// Regular expressions, read into a tree: what RE2, Python and JavaScript have in common, and nothing that can hang.
import { spelledOut } from "./letters.js";

/** @typedef {[number, number][]} CodeRanges */
/** One character out of these ranges of code points, or out of all others. @typedef {{node: "chars", ranges: CodeRanges, isNegated: boolean}} CharsNode */
/** A place that takes no character: ^, $, a border of a word or the opposite. @typedef {{node: "place", kind: string}} PlaceNode */
/** @typedef {{node: "sequence" | "choice", nodes: ExpressionNode[]}} ListNode */
/** @typedef {{node: "repeat", inner: ExpressionNode, least: number, most: number | null}} RepeatNode */
/** @typedef {CharsNode | PlaceNode | ListNode | RepeatNode} ExpressionNode */

const MOST_REPEATS = 100;
const DEEPEST_GROUP = 20;
const LAST_CODE = 0x10ffff;
/** @type {Record<string, CodeRanges>} */
const CHAR_CLASSES = {
  d: [[48, 57]],
  w: [[48, 57], [65, 90], [95, 95], [97, 122]],
  s: [
    [9, 13], [32, 32], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f],
    [0x3000, 0x3000], [0xfeff, 0xfeff],
  ],
};
/** @type {Record<string, number>} */
const CONTROL_CODES = { n: 10, r: 13, t: 9, f: 12, v: 11 };

/** An expression cannot be read; the message says why. */
export class ExpressionRefusal extends Error {}

/** @param {string} why */
const unreadable = (why) => new ExpressionRefusal(why);

/** @param {CodeRanges} ranges @param {boolean} [isNegated] @returns {CharsNode} */
export const charsNode = (ranges, isNegated = false) => ({ node: "chars", ranges, isNegated });

/** @param {ExpressionNode[]} nodes @returns {ExpressionNode} */
export const sequenceNode = (nodes) => (nodes.length === 1 ? nodes[0] : { node: "sequence", nodes });

/** @param {string} char */
const codeOfChar = (char) => /** @type {number} */ (char.codePointAt(0));

/** The tree of an expression. @param {string} source @returns {ExpressionNode} */
export function readTree(source) {
  const reader = new ExpressionReader(source);
  const node = reader.choice();
  if (reader.at < reader.chars.length) throw unreadable("a ) too many");
  return node;
}

class ExpressionReader {
  /** @param {string} source */
  constructor(source) {
    this.chars = Array.from(source);
    this.at = 0;
    this.depth = 0;
  }

  /** @returns {ExpressionNode} */
  choice() {
    const nodes = [this.sequence()];
    while (this.take("|")) nodes.push(this.sequence());
    return nodes.length === 1 ? nodes[0] : { node: "choice", nodes };
  }

  /** @returns {ExpressionNode} */
  sequence() {
    const nodes = [];
    while (!["", "|", ")"].includes(this.peek())) nodes.push(this.repeated());
    return sequenceNode(nodes);
  }

  /** @returns {ExpressionNode} */
  repeated() {
    const sign = this.peek();
    if ("*+?".includes(sign) || (sign === "{" && this.countsHere())) throw unreadable(`nothing to repeat before ${sign}`);
    const inner = this.one();
    const counts = this.counts();
    if (!counts) return inner;
    if (inner.node === "place" && sign !== "(") throw unreadable("a place such as ^ cannot be repeated");
    this.take("?"); // how much is taken does not matter where only a find is asked for
    if (["*", "+", "?"].includes(this.peek()) || this.countsHere()) throw unreadable("two repeats in a row");
    return { node: "repeat", inner, least: counts[0], most: counts[1] };
  }

  countsHere() {
    return /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(this.chars.slice(this.at, this.at + 12).join(""));
  }

  /** @returns {[number, number | null] | null} */
  counts() {
    if (this.take("*")) return [0, null];
    if (this.take("+")) return [1, null];
    if (this.take("?")) return [0, 1];
    const found = this.countsHere();
    if (!found) return null;
    this.at += found[0].length;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] ? Number(found[3]) : null;
    if (most !== null && most < least) throw unreadable(`${found[0]} counts backwards`);
    if (Math.max(least, most ?? 0) > MOST_REPEATS) throw unreadable(`more than ${MOST_REPEATS} repeats`);
    return [least, most];
  }

  /** @returns {ExpressionNode} */
  one() {
    const char = this.next();
    if (char === "(") return this.group();
    if (char === "[") return this.set();
    if (char === "\\") return this.escape();
    if (char === ".") return charsNode([[10, 10]], true);
    if (char === "^" || char === "$") return { node: "place", kind: char };
    if (char === "{") throw unreadable("{ needs a number, or a \\ before it");
    return charsNode([[codeOfChar(char), codeOfChar(char)]]);
  }

  /** @returns {ExpressionNode} */
  group() {
    if (this.take("?") && !this.take(":")) {
      const kind = this.chars.slice(this.at, this.at + 2).join("");
      if ("=!".includes(kind.slice(0, 1)) || kind === "<=" || kind === "<!") throw unreadable("there is no look-around");
      throw unreadable(kind === "i)" ? "put i after the last /" : "after (? only : has a meaning");
    }
    this.depth += 1;
    if (this.depth > DEEPEST_GROUP) throw unreadable(`groups more than ${DEEPEST_GROUP} deep`);
    const node = this.choice();
    if (!this.take(")")) throw unreadable("missing )");
    this.depth -= 1;
    return node;
  }

  /** @returns {ExpressionNode} */
  escape() {
    const char = this.nextEscaped();
    return char === "b" || char === "B" ? { node: "place", kind: char } : this.classOrChar(char);
  }

  /** @param {string} char */
  classOrChar(char) {
    const low = char.toLowerCase();
    if (["d", "w", "s"].includes(low) && char.length === 1) return charsNode(CHAR_CLASSES[low], char !== low);
    const code = this.codeOf(char);
    return charsNode([[code, code]]);
  }

  /** @param {string} char */
  codeOf(char) {
    if (Object.hasOwn(CONTROL_CODES, char)) return CONTROL_CODES[char];
    if (char === "x" || char === "u") {
      const width = char === "x" ? 2 : 4;
      const digits = this.chars.slice(this.at, this.at + width).join("");
      if (!new RegExp(`^[0-9a-fA-F]{${width}}$`).test(digits)) throw unreadable(`\\${char} needs ${width} hexadecimal digits`);
      this.at += width;
      return Number.parseInt(digits, 16);
    }
    if (/^[0-9]$/.test(char)) throw unreadable("there are no back-references");
    if (/^[A-Za-z]$/.test(char)) throw unreadable(`there is no \\${char}`);
    return codeOfChar(char);
  }

  /** @returns {ExpressionNode} */
  set() {
    const isNegated = this.take("^");
    /** @type {CodeRanges} */ const ranges = [];
    while (this.peek() !== "]") ranges.push(...this.setItem());
    this.at += 1;
    if (!ranges.length) throw unreadable("nothing between [ and ]");
    return charsNode(ranges, isNegated);
  }

  /** @returns {CodeRanges} */
  setItem() {
    const first = this.setChar();
    if (this.peek() !== "-" || ["]", ""].includes(this.chars[this.at + 1] ?? "")) {
      return first.isNegated ? otherCodes(first.ranges) : first.ranges;
    }
    this.at += 1;
    const last = this.setChar();
    const bounds = [...first.ranges, ...last.ranges];
    const isOfClass = bounds.length > 2 || bounds.some(([low, high]) => low !== high) || first.isNegated || last.isNegated;
    if (isOfClass) throw unreadable("a range needs two letters");
    const [[low], [high]] = bounds;
    if (low > high) throw unreadable(`the range ${spelledOut(String.fromCodePoint(low))}-${spelledOut(String.fromCodePoint(high))} is backwards`);
    return [[low, high]];
  }

  setChar() {
    if (!this.peek()) throw unreadable("missing ]");
    const char = this.next();
    if (char === "\\") return this.classOrChar(this.nextEscaped());
    if (char === "[" && [":", "=", "."].includes(this.peek())) throw unreadable("a [ in a set needs a \\ before it");
    return charsNode([[codeOfChar(char), codeOfChar(char)]]);
  }

  nextEscaped() {
    if (!this.peek()) throw unreadable("nothing after \\");
    return this.next();
  }

  peek() {
    return this.chars[this.at] ?? "";
  }

  next() {
    this.at += 1;
    return this.chars[this.at - 1];
  }

  /** @param {string} char */
  take(char) {
    const isThere = this.peek() === char;
    if (isThere) this.at += 1;
    return isThere;
  }
}

/** @param {CodeRanges} ranges in order @returns {CodeRanges} */
function otherCodes(ranges) {
  /** @type {CodeRanges} */ const found = [];
  let start = 0;
  for (const [low, high] of ranges) {
    if (start < low) found.push([start, low - 1]);
    start = high + 1;
  }
  return [...found, [start, LAST_CODE]];
}
