// @ts-check
// Finds an expression or a pattern in a text, with one step for each character, whatever the two are (Thompson 1968).
import { ExpressionRefusal, charsNode, readTree, sequenceNode } from "./expressions.js";
import { foldedText } from "./letters.js";
/** @import { CharsNode, ExpressionNode, RepeatNode } from "./expressions.js" */
/** @import { ExpressionTest, PatternTest } from "./terms.js" */

/** The kind of a state, the number of its set or the kind of its place, and the states that follow.
 * @typedef {{kind: "chars" | "place" | "fork" | "found", set: number, place: string, after: number[]}} Instruction */

/** Instructions of a program: `(a{100}){100}` would have 10,000. */
const MOST_INSTRUCTIONS = 1_000;
/** Sets of places that are remembered; then they are forgotten, and worked out anew. */
const MOST_STATES = 500;
/** Matchers that are kept. */
const MOST_MATCHERS = 64;
const [UNSET, FOUND, DEAD] = [0, -1, -2];
const UNKNOWN_KIND = 0;
const FIRST_STATES = 16;
const [AT_START, AFTER_OTHER, AFTER_WORD] = [0, 1, 2];
const ASCII_CODES = 128;
const ANY_CHAR = charsNode([[0, 0x10ffff]]);

/** @type {Map<string, Matcher>} */
const matchers = new Map();

/** What finds this test. Throws ExpressionRefusal for an expression that cannot be read. @param {ExpressionTest | PatternTest} test */
export function matcherOf(test) {
  const key = JSON.stringify(test);
  const known = matchers.get(key);
  if (known) return known;
  const made = test.test === "expression" ? new Matcher(readTree(test.source), test.anyCase) : new Matcher(treeOfPattern(test), false);
  if (matchers.size >= MOST_MATCHERS) matchers.clear();
  matchers.set(key, made);
  return made;
}

/** @param {PatternTest} pattern @returns {ExpressionNode} */
function treeOfPattern(pattern) {
  /** @type {ExpressionNode[]} */ const nodes = [{ node: "place", kind: "^" }];
  for (const part of pattern.parts) {
    if (part === null) nodes.push({ node: "repeat", inner: ANY_CHAR, least: 0, most: null });
    else if (part === "") nodes.push(ANY_CHAR);
    else for (const char of part) nodes.push(charsNode([[/** @type {number} */ (char.codePointAt(0)), /** @type {number} */ (char.codePointAt(0))]]));
  }
  return sequenceNode([...nodes, { node: "place", kind: "$" }]);
}

/** A program, and the sets of its places that were met so far. */
export class Matcher {
  /** @param {ExpressionNode} tree @param {boolean} anyCase */
  constructor(tree, anyCase) {
    this.anyCase = anyCase;
    /** @type {CharsNode[]} */ this.sets = [];
    /** @type {Map<string, number>} */ this.numberOfSet = new Map();
    /** @type {Instruction[]} */ this.program = [{ kind: "found", set: -1, place: "", after: [] }];
    this.entry = this.build(tree, 0);
    this.heedsWords = this.program.some(({ place }) => place === "b" || place === "B");
    this.isAnchored = this.program[this.entry].place === "^";
    /** Which sets each character is in, as a number from 1 on; many have the same. */
    this.kindOfAscii = new Int16Array(ASCII_CODES);
    /** @type {Map<number, number>} */ this.kindOfOther = new Map();
    /** @type {Map<string, number>} */ this.kindOfSignature = new Map();
    /** @type {boolean[][]} */ this.signatures = [];
    /** @type {{places: number[], context: number}[]} */ this.states = [];
    /** @type {Map<string, number>} */ this.stateOfKey = new Map();
    /** What follows a state, by kind. @type {Map<number, number>[]} */ this.stepsOfKind = [];
    /** The same by ASCII character, one state behind the other. */
    this.steps = new Int32Array(FIRST_STATES * ASCII_CODES);
    /** @type {(boolean | null)[]} */ this.atEnd = [];
    this.state([this.entry], AT_START);
  }

  /** Whether it is found in any text, because it asks for nothing. */
  get fitsAll() {
    return this.closure([this.entry], AT_START, null, false).isFound;
  }

  /** Whether it is somewhere in a text, or in this part of it, counted in UTF-16. @param {string} text */
  finds(text, start = 0, end = text.length) {
    let state = 0;
    for (let at = start; at < end; at += 1) {
      const code = text.charCodeAt(at);
      // One look-up a character: 100,000 names have millions of them.
      let following = code < ASCII_CODES ? this.steps[state * ASCII_CODES + code] : UNSET;
      if (following === UNSET) {
        const whole = code >= 0xd800 && code < 0xdc00 && at + 1 < end ? /** @type {number} */ (text.codePointAt(at)) : code;
        if (whole > 0xffff) at += 1;
        following = this.stepTo(state, whole);
      }
      if (following < 0) return following === FOUND;
      state = following - 1;
    }
    return this.isFoundAtEnd(state);
  }

  /** Add the instructions for a node, before that at `after`; return the place of the first. @param {ExpressionNode} node @param {number} after @returns {number} */
  build(node, after) {
    switch (node.node) {
      case "chars":
        return this.add("chars", [after], this.setNumber(node));
      case "place":
        return this.add("place", [after], -1, node.kind);
      case "sequence":
        return node.nodes.reduceRight((following, one) => this.build(one, following), after);
      case "choice":
        return this.add("fork", node.nodes.map((one) => this.build(one, after)));
      case "repeat":
        return this.buildRepeat(node, after);
    }
  }

  /** @param {RepeatNode} node @param {number} after */
  buildRepeat({ inner, least, most }, after) {
    let first = after;
    if (most === null) {
      first = this.add("fork", []);
      this.program[first].after = [this.build(inner, first), after];
    } else {
      for (let more = least; more < most; more += 1) first = this.add("fork", [this.build(inner, first), after]);
    }
    for (let again = 0; again < least; again += 1) first = this.build(inner, first);
    return first;
  }

  /** @param {Instruction["kind"]} kind @param {number[]} after @param {number} [set] @param {string} [place] */
  add(kind, after, set = -1, place = "") {
    if (this.program.length >= MOST_INSTRUCTIONS) throw new ExpressionRefusal("too many repeats");
    return this.program.push({ kind, set, place, after }) - 1;
  }

  /** @param {CharsNode} chars */
  setNumber(chars) {
    const key = JSON.stringify(chars);
    const known = this.numberOfSet.get(key);
    if (known !== undefined) return known;
    this.numberOfSet.set(key, this.sets.length);
    return this.sets.push(chars) - 1;
  }

  forget() {
    this.states = [];
    this.stateOfKey.clear();
    this.stepsOfKind = [];
    this.atEnd = [];
    this.steps.fill(UNSET);
    this.state([this.entry], AT_START);
  }

  /** @param {number[]} places @param {number} context */
  state(places, context) {
    const key = `${context}:${places.join()}`;
    const known = this.stateOfKey.get(key);
    if (known !== undefined) return known;
    const made = this.states.push({ places, context }) - 1;
    this.stateOfKey.set(key, made);
    this.stepsOfKind.push(new Map());
    this.atEnd.push(null);
    if (this.steps.length < this.states.length * ASCII_CODES) {
      const longer = new Int32Array(2 * this.steps.length);
      longer.set(this.steps);
      this.steps = longer;
    }
    return made;
  }

  /** @param {number} code */
  learn(code) {
    const codes = this.anyCase ? codesInAnyCase(code) : [code];
    const signature = [...this.sets.map((chars) => isAmong(codes, chars)), code < ASCII_CODES && /\w/.test(String.fromCharCode(code))];
    const key = signature.map(Number).join("");
    const kind = this.kindOfSignature.get(key) ?? this.signatures.push(signature) - 1;
    this.kindOfSignature.set(key, kind);
    if (code < ASCII_CODES) this.kindOfAscii[code] = kind + 1;
    else this.kindOfOther.set(code, kind + 1);
    return kind;
  }

  /** What follows a state by this character: the number of a state and 1, FOUND or DEAD. @param {number} state @param {number} code */
  stepTo(state, code) {
    const kind = (code < ASCII_CODES ? this.kindOfAscii[code] : (this.kindOfOther.get(code) ?? UNKNOWN_KIND)) - 1;
    const known = kind < 0 ? this.learn(code) : kind;
    let from = state;
    let following = this.stepsOfKind[from].get(known);
    if (following === undefined) {
      const { places, context } = this.states[state];
      if (this.states.length >= MOST_STATES) {
        this.forget();
        from = this.state(places, context);
      }
      following = this.followingOf(places, context, this.signatures[known]);
      this.stepsOfKind[from].set(known, following);
    }
    if (code < ASCII_CODES) this.steps[from * ASCII_CODES + code] = following;
    return following;
  }

  /** @param {number[]} places @param {number} context @param {boolean[]} signature */
  followingOf(places, context, signature) {
    const { isFound, waiting } = this.closure(places, context, signature[signature.length - 1], false);
    return isFound ? FOUND : this.following(waiting, signature);
  }

  /** @param {number[]} waiting @param {boolean[]} signature */
  following(waiting, signature) {
    const taken = new Set(waiting.filter((place) => signature[this.program[place].set]).map((place) => this.program[place].after[0]));
    if (!this.isAnchored) taken.add(this.entry);
    if (!taken.size) return DEAD;
    const context = this.heedsWords && signature[signature.length - 1] ? AFTER_WORD : AFTER_OTHER;
    return this.state([...taken].sort((a, b) => a - b), context) + 1;
  }

  /** @param {number} state */
  isFoundAtEnd(state) {
    const { places, context } = this.states[state];
    this.atEnd[state] ??= this.closure(places, context, false, true).isFound;
    return /** @type {boolean} */ (this.atEnd[state]);
  }

  /**
   * Whether the end of the program is reached without a character, and where it waits for one.
   * @param {number[]} places @param {number} context @param {boolean | null} isWord @param {boolean} isEnd
   */
  closure(places, context, isWord, isEnd) {
    /** @type {number[]} */ const waiting = [];
    const stack = [...places];
    const seen = new Set(places);
    while (stack.length) {
      const place = /** @type {number} */ (stack.pop());
      const instruction = this.program[place];
      if (instruction.kind === "found") return { isFound: true, waiting: [] };
      if (instruction.kind === "chars") waiting.push(place);
      else if (instruction.kind === "fork" || placeHolds(instruction.place, context, isWord, isEnd)) {
        for (const one of instruction.after) {
          if (!seen.has(one)) stack.push(one);
          seen.add(one);
        }
      }
    }
    return { isFound: false, waiting };
  }
}

/** Where nobody knows what comes next, only a start is known. @param {string} place @param {number} context @param {boolean | null} isWord @param {boolean} isEnd */
function placeHolds(place, context, isWord, isEnd) {
  if (place === "^") return context === AT_START;
  if (place === "$") return isEnd;
  if (isWord === null) return false;
  return (isWord !== (context === AFTER_WORD)) === (place === "b");
}

/** A character as it is, and in upper and lower case where that is one character. @param {number} code */
function codesInAnyCase(code) {
  const char = String.fromCodePoint(code);
  const cases = [char.toLowerCase(), char.toUpperCase()].filter((one) => Array.from(one).length === 1);
  return [char, foldedText(char), ...cases].map((one) => /** @type {number} */ (one.codePointAt(0)));
}

/** @param {number[]} codes @param {CharsNode} chars */
function isAmong(codes, { ranges, isNegated }) {
  return codes.some((code) => ranges.some(([low, high]) => low <= code && code <= high)) !== isNegated;
}
