// @ts-check
// Reads characters, quotes and /expressions/ of a search: what is between two blanks, two commas, or two slashes.
import { isBlank, isInvisible, spelledOut } from "./letters.js";
import { QueryRefusal } from "./refusal.js";

/** One character, whether quotes take away what it could mean, and where it stands. @typedef {{char: string, isQuoted: boolean, at: number}} Atom */
/** A /regular expression/ as it was typed, with what follows the second slash. @typedef {{source: string, flags: string}} Written */

const CURLY_QUOTES = "“”„‟";
/** What keyboards for Chinese and Japanese give for characters that have a meaning here. */
const WIDE_FORMS = new Map(Array.from('!"()*,-/:<=>?[]{|}', (char) => [String.fromCharCode(char.charCodeAt(0) + 0xfee0), char]));

/** A run of characters, or such a run and an expression after it. */
export class QueryPart {
  /** @param {Atom[]} atoms @param {number} start @param {number} end @param {Written | null} [expression] */
  constructor(atoms, start, end, expression = null) {
    this.atoms = atoms;
    this.start = start;
    this.end = end;
    this.expression = expression;
  }

  /** The characters without their quotes. */
  get text() {
    return this.atoms.map((atom) => atom.char).join("");
  }

  /** Whether nothing was typed, not even quotes. */
  get isEmpty() {
    return this.start === this.end;
  }

  /** Whether the first character is one of these, without quotes. @param {string} chars */
  beginsWith(chars) {
    return this.atoms.length > 0 && !this.atoms[0].isQuoted && chars.includes(this.atoms[0].char);
  }

  /** The first of its characters that is one of these, without quotes; "" if there is none. @param {string} chars */
  has(chars) {
    return this.atoms.find((atom) => !atom.isQuoted && chars.includes(atom.char))?.char ?? "";
  }

  /** The first characters, of which the next one is not in quotes. @param {number} count */
  before(count) {
    return new QueryPart(this.atoms.slice(0, count), this.start, this.atoms[count].at);
  }

  /** The part without its first characters, of which the last one is not in quotes. @param {number} count */
  after(count) {
    return new QueryPart(this.atoms.slice(count), this.atoms[count - 1].at + 1, this.end, this.expression);
  }
}

/** A place in the text of a search, which moves on. It counts code points. */
export class QueryReader {
  /** @param {string} text */
  constructor(text) {
    this.chars = Array.from(text);
    this.at = 0;
  }

  /** @param {number} start @param {number} [end] */
  slice(start, end) {
    return this.chars.slice(start, end).join("");
  }

  /** The character that comes next, "" at the end. */
  peek() {
    return this.chars[this.at] ?? "";
  }

  /** Whether a blank or the end comes next. */
  isAtBlank() {
    return this.at >= this.chars.length || isBlank(this.chars[this.at]);
  }

  /** Move on to the next term. */
  skipBlanks() {
    while (this.at < this.chars.length && isBlank(this.chars[this.at])) this.at += 1;
  }

  /** The text up to the next blank, as it is written, without moving on. */
  raw() {
    let end = this.at;
    while (end < this.chars.length && !isBlank(this.chars[end])) end += 1;
    return this.slice(this.at, end);
  }

  /**
   * Read up to a blank or one of `stops` outside quotes. A slash behind the first `expressionAfter` begins an
   * expression, as one at the start of a value does.
   * @param {string} stops @param {string} [expressionAfter]
   */
  part(stops, expressionAfter = "") {
    const start = this.at;
    /** @type {Atom[]} */ const atoms = [];
    while (!this.isAtBlank() && !stops.includes(this.peek())) {
      if (this.peek() === '"') {
        atoms.push(...this.quoted());
        continue;
      }
      const at = this.at;
      const char = this.plain();
      atoms.push({ char, isQuoted: false, at });
      if (char === expressionAfter) {
        expressionAfter = "";
        if (this.peek() === "/") {
          const expression = this.expression();
          return new QueryPart(atoms, start, this.at, expression);
        }
      }
    }
    return new QueryPart(atoms, start, this.at);
  }

  /** Read an expression, at whose first slash this is, and what is written behind its second one. @returns {Written} */
  expression() {
    const start = this.at;
    this.at += 1;
    while (this.peek() !== "/") {
      if (this.peek() === "") throw new QueryRefusal("The expression is not closed. Put / at its end.", start, this.at, { isUnfinished: true });
      this.plain();
      if (this.chars[this.at - 1] === "\\" && this.peek()) this.plain();
    }
    const source = this.slice(start + 1, this.at);
    this.at += 1;
    const flagsAt = this.at;
    while (!this.isAtBlank() && this.peek() !== ",") this.at += 1;
    return { source, flags: this.slice(flagsAt, this.at) };
  }

  /** @returns {string} */
  plain() {
    const char = this.peek();
    if (CURLY_QUOTES.includes(char)) {
      const meant = this.chars.map((one) => (CURLY_QUOTES.includes(one) ? '"' : one)).join("");
      throw new QueryRefusal("These are curly quotes; a search needs straight ones.", 0, this.chars.length, { meant: [meant] });
    }
    const narrow = WIDE_FORMS.get(char);
    if (narrow !== undefined) {
      const meant = this.chars.map((one) => WIDE_FORMS.get(one) ?? one).join("");
      const more = { meant: [meant], otherwise: "For the text itself, use quotes." };
      throw new QueryRefusal(`“${char}” is not “${narrow}”.`, 0, this.chars.length, more);
    }
    if (isInvisible(char) && !isBlank(char)) {
      const what = `There is an invisible character here, ${spelledOut(char)}. To search for it, put it in quotes.`;
      throw new QueryRefusal(what, this.at, this.at + 1);
    }
    this.at += 1;
    return char;
  }

  /** Read a text in quotes. Inside, two quotes stand for one. @returns {Atom[]} */
  quoted() {
    const start = this.at;
    this.at += 1;
    /** @type {Atom[]} */ const atoms = [];
    while (this.peek() !== "") {
      const at = this.at;
      const char = this.peek();
      this.at += 1;
      if (char === '"') {
        if (this.peek() !== '"') return atoms;
        this.at += 1;
      }
      atoms.push({ char, isQuoted: true, at });
    }
    throw new QueryRefusal("A quote is not closed.", start, this.chars.length, { isUnfinished: true });
  }
}
