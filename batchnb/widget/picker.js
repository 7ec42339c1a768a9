// @ts-check
// The picker in the browser: a table of jobs to filter, sort and select, the confirmation, and the result in place.
//
// One plain module. Text reaches the page through textContent and attributes only: whatever a job is called, it is
// text. The parts up to "The store" are pure, and tested without a browser.

/** @typedef {Record<string, any>} Json */
/** @typedef {{get(name: string): any, send(content: any, callbacks?: any, buffers?: ArrayBuffer[]): void,
 *   widget_manager?: any, on(name: string, callback: (...parts: any[]) => void): void,
 *   off(name?: string | null, callback?: ((...parts: any[]) => void) | null): void}} Model */
/** @typedef {{title: string, role: string | null, kind: string, hidden: boolean, count: number,
 *   text(row: number): string, mark(test: Test, hit: Uint8Array): void, keys(descending: boolean): Uint16Array[],
 *   codes: Codes | null, code(row: number): number, word(code: number): string}} Column */
/** @typedef {Uint8Array | Uint16Array | Uint32Array} Codes */
/** @typedef {{needle: string | null, matches(folded: string): boolean, above?: number, below?: number,
 *   inclusive?: boolean, cased?: boolean}} Test */
/** @typedef {{column: number, descending: boolean}} SortKey */

// ---------------------------------------------------------------------------------------------------------- Text

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const CELL_LENGTH = 300;
const HOVER_LENGTH = 1000;
export const REASON_LIMIT = 1024;

/**
 * Text on one line, invisible characters spelled out, cut to a length.
 * @param {unknown} text
 * @param {number} [limit]
 */
export function shown(text, limit = CELL_LENGTH) {
  const whole = text === null || text === undefined ? "" : String(text);
  const cut = whole.length > limit ? [...whole.slice(0, 2 * limit)].slice(0, limit - 1).join("") + "…" : whole;
  return cut.replace(UNSEEN, spelled);
}

/** @param {string} char */
function spelled(char) {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[char];
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return short ?? (code > 0xffff ? `\\U${hex.padStart(8, "0")}` : code > 0xff ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`);
}

/** The length as AWS counts it: by code points. @param {string} text */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** @param {number} count @param {string} noun @param {string} [nouns] */
export function plural(count, noun, nouns = `${noun}s`) {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : nouns}`;
}

/** A length of time in the two largest units that it has. @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days) return hours ? `${days}d ${hours}h` : `${days}d`;
  if (hours) return minutes ? `${hours}h ${minutes}m` : `${hours}h`;
  return minutes ? `${minutes}m` : `${seconds}s`;
}

/** @param {number} moment epoch milliseconds */
export function utc(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** @param {string} jobId */
export function shortId(jobId) {
  const [, head, tail] = /^([0-9a-fA-F]{8})-[0-9a-fA-F-]{27}([:#]\d+)?$/.exec(jobId) ?? [];
  return head ? `${head}…${tail ?? ""}` : shown(jobId, 40);
}

// ---------------------------------------------------------------------------------------------------------- Bits

/** @param {Uint8Array} bits @param {number} row */
export const hasBit = (bits, row) => (bits[row >> 3] & (1 << (row & 7))) !== 0;

/** @param {Uint8Array} bits @param {number} row @param {boolean} on */
export function setBit(bits, row, on) {
  if (on) bits[row >> 3] |= 1 << (row & 7);
  else bits[row >> 3] &= ~(1 << (row & 7));
}

/** How many of these are 1, all others being 0. @param {Uint8Array} ones */
function countOnes(ones) {
  let count = 0;
  for (let at = 0; at < ones.length; at += 1) count += ones[at];
  return count;
}

/** @param {Uint8Array} bits */
export function countBits(bits) {
  let count = 0;
  for (let byte of bits) for (; byte; byte &= byte - 1) count += 1;
  return count;
}

// ------------------------------------------------------------------------------------------------------- Columns

/** Lower case of the same length, so that positions stay. @param {string} text */
export function folded(text) {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join("");
}

/** Text as codes into words, which stand behind one another in one string. @implements {Column} */
class TextColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows @param {Uint8Array} texts */
  constructor(described, data, rows, texts) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = "text";
    this.count = described.texts;
    this.rows = rows;
    const Lengths = described.lengthSize === 1 ? Uint8Array : Uint16Array;
    const lengths = new Lengths(data, described.lengths, described.texts);
    this.ends = new Uint32Array(described.texts);
    for (let code = 0, end = 0; code < this.count; code += 1) this.ends[code] = end += lengths[code];
    this.all = new TextDecoder("utf-8", { ignoreBOM: true }).decode(texts.subarray(described.blob, described.blob + described.blobLength));
    /** @type {Codes | null} */ this.codes = described.codes === null ? null : unsigned(data, described.codes, rows, described.codeSize);
    /** @type {string | null} */ this.low = null;
    /** @type {Uint32Array | null} */ this.ranks = null;
  }

  /** @param {number} row */
  code(row) {
    return this.codes ? this.codes[row] : row + 1;
  }

  /** @param {number} code */
  word(code) {
    return this.all.slice(code ? this.ends[code - 1] : 0, this.ends[code]);
  }

  /** @param {number} row */
  text(row) {
    return this.word(this.code(row));
  }

  /** All words in lower case; most are so from the start, and need no second place in memory. */
  lower() {
    const low = this.low ?? folded(this.all);
    this.low = low === this.all ? this.all : low;
    return this.low;
  }

  /** @param {Test} test */
  words(test) {
    const low = this.lower();
    const found = new Uint8Array(this.count);
    if (test.needle === null) {
      const all = test.cased ? this.all : low;
      for (let code = 0, start = 0; code < this.count; start = this.ends[code], code += 1) {
        if (test.matches(all.slice(start, this.ends[code]))) found[code] = 1;
      }
      return found;
    }
    // One search through all words at once; a find across a border between two does not count.
    let [code, at] = [0, low.indexOf(test.needle)];
    while (at >= 0) {
      while (this.ends[code] <= at) code += 1;
      const inside = at + test.needle.length <= this.ends[code];
      if (inside) found[code] = 1;
      at = low.indexOf(test.needle, inside ? this.ends[code] : at + 1);
    }
    return found;
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    const found = this.words(test);
    if (this.codes) for (let row = 0; row < this.rows; row += 1) hit[row] |= found[this.codes[row]];
    else for (let row = 0; row < this.rows; row += 1) hit[row] |= found[row + 1];
  }

  /** @param {boolean} descending */
  keys(descending) {
    return planes(this.ranked(), descending, NO_RANK);
  }

  /** The place of each row's word among the words, so that a sort compares numbers; empty ones last. */
  ranked() {
    if (this.ranks) return this.ranks;
    const low = this.lower();
    const words = Array.from({ length: this.count }, (_, code) => low.slice(code ? this.ends[code - 1] : 0, this.ends[code]));
    const order = Uint32Array.from(words.keys());
    const natural = this.count <= 20_000 ? new Intl.Collator("en", { numeric: true }).compare : null;
    order.sort((a, b) => (natural ? natural(words[a], words[b]) : words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : 0));
    const rankOf = new Uint32Array(this.count);
    let rank = 0;
    order.forEach((code, place) => {
      if (place && words[code] !== words[order[place - 1]]) rank += 1;
      rankOf[code] = words[code] === "" ? NO_RANK : rank;
    });
    this.ranks = new Uint32Array(this.rows);
    for (let row = 0; row < this.rows; row += 1) this.ranks[row] = rankOf[this.code(row)];
    return this.ranks;
  }
}

const NO_RANK = 0xffffffff;

/** @param {ArrayBuffer} data @param {number} at @param {number} length @param {number} width in bytes @returns {Codes} */
function unsigned(data, at, length, width) {
  const Kind = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[/** @type {1|2|4} */ (width)];
  return new Kind(data, at, length);
}

/**
 * Keys of a sort as 16 bits each, the lowest first; what is missing comes last in both directions.
 * @param {Codes} values @param {boolean} descending @param {number} missing
 */
function planes(values, descending, missing) {
  const flip = descending ? 0xffff : 0;
  const [low, high, last] = [new Uint16Array(values.length), new Uint16Array(values.length), new Uint16Array(values.length)];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value === missing) last[row] = 1;
    else {
      low[row] = value ^ flip;
      high[row] = (value >>> 16) ^ flip;
    }
  }
  return values instanceof Uint32Array ? [low, high, last] : [low, last];
}

/** Keys of a sort of any numbers, by the bits of float64, which are in order but for the sign. @param {Float64Array} values @param {boolean} descending */
function floatPlanes(values, descending) {
  const flip = descending ? 0xffffffff : 0;
  const parts = Array.from({ length: 5 }, () => new Uint16Array(values.length));
  const one = new Float64Array(1);
  const [low, high] = new Uint32Array(new Uint8Array(Uint16Array.of(1).buffer)[0] ? [0, 1] : [1, 0]);
  const bits = new Uint32Array(one.buffer);
  for (let row = 0; row < values.length; row += 1) {
    // Adding 0 makes -0 the same as 0.
    one[0] = values[row] + 0;
    if (Number.isNaN(one[0])) {
      parts[4][row] = 1;
      continue;
    }
    const negative = bits[high] >>> 31;
    const upper = bits[high] ^ flip ^ (negative ? 0xffffffff : 0x80000000);
    const lower = bits[low] ^ flip ^ (negative ? 0xffffffff : 0);
    parts[0][row] = lower;
    parts[1][row] = lower >>> 16;
    parts[2][row] = upper;
    parts[3][row] = upper >>> 16;
  }
  return parts;
}

/** Numbers, or times as epoch milliseconds; NaN where there is none. @implements {Column} */
class NumberColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows */
  constructor(described, data, rows) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = described.kind;
    this.count = 0;
    /** @type {Codes | null} */ this.codes = null;
    this.least = described.least;
    this.top = described.width === 8 ? NaN : 2 ** (8 * described.width) - 1;
    /** @type {Float64Array | Codes} */
    this.raw = described.width === 8 ? new Float64Array(data, described.at, rows) : unsigned(data, described.at, rows, described.width);
  }

  code() {
    return 0;
  }

  word() {
    return "";
  }

  /** @param {number} row */
  value(row) {
    const raw = this.raw[row];
    return raw === this.top ? NaN : this.least + raw;
  }

  /** @param {number} row */
  text(row) {
    const value = this.value(row);
    if (Number.isNaN(value)) return "";
    return this.kind === "time" ? utc(value) : String(value);
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    const { raw, top, least } = this;
    if (test.above !== undefined || test.below !== undefined) {
      const [above, below] = [test.above ?? -Infinity, test.below ?? Infinity];
      for (let row = 0; row < raw.length; row += 1) {
        if (raw[row] === top) continue;
        const value = least + raw[row];
        if ((value > above && value < below) || (test.inclusive && (value === test.above || value === test.below))) hit[row] = 1;
      }
      return;
    }
    // Only what looks like a number or a date can stand in one.
    if (test.needle !== null && !/^[\d.:-]+$/.test(test.needle)) return;
    if (this.kind === "time" && test.needle !== null && !/^\d{4}-/.test(test.needle)) return;
    // Few numbers in many rows are looked at once each: 1 is no, 2 is yes.
    const known = raw instanceof Uint8Array || raw instanceof Uint16Array ? new Uint8Array(top + 1) : null;
    for (let row = 0; row < raw.length; row += 1) {
      if (hit[row] || Number.isNaN(raw[row]) || raw[row] === top) continue;
      let answer = known?.[raw[row]] ?? 0;
      if (!answer) answer = test.matches(this.text(row).toLowerCase()) ? 2 : 1;
      if (known) known[raw[row]] = answer;
      if (answer === 2) hit[row] = 1;
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    return this.raw instanceof Float64Array ? floatPlanes(this.raw, descending) : planes(this.raw, descending, this.top);
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** The two characters of each byte. */
const HEX_CHARS = Uint8Array.from(HEX.join(""), (char) => char.charCodeAt(0));
const ID_LENGTH = 36;
const DASHES = [8, 13, 18, 23];
/** Where in its text each byte of an id stands. */
const ID_PLACES = Uint8Array.from({ length: 16 }, (_, byte) => 2 * byte + [4, 6, 8, 10].filter((dash) => byte >= dash).length);

/** Job ids of 16 bytes. Their text is made where somebody looks, and goes again. @implements {Column} */
class IdColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows */
  constructor(described, data, rows) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = "text";
    this.count = 0;
    /** @type {Codes | null} */ this.codes = null;
    this.rows = rows;
    this.bytes = new Uint8Array(data, described.at, 16 * rows);
  }

  code() {
    return 0;
  }

  word() {
    return "";
  }

  /** @param {number} row */
  text(row) {
    let hex = "";
    for (let at = 16 * row; at < 16 * row + 16; at += 1) hex += HEX[this.bytes[at]];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    const { needle } = test;
    if (needle === null) {
      for (let row = 0; row < this.rows; row += 1) if (!hit[row] && test.matches(this.text(row))) hit[row] = 1;
    } else if (/^[0-9a-f-]{1,36}$/.test(needle)) {
      for (let row = 0; row < this.rows; row += ID_CHUNK) this.markSome(needle, hit, row, Math.min(ID_CHUNK, this.rows - row));
    }
  }

  /** One search through the texts of some rows, a line each. @param {string} needle @param {Uint8Array} hit @param {number} first @param {number} count */
  markSome(needle, hit, first, count) {
    const line = ID_LENGTH + 1;
    const chars = new Uint8Array(line * count).fill(10);
    for (let row = 0; row < count; row += 1) {
      for (const dash of DASHES) chars[line * row + dash] = 45;
      for (let byte = 0; byte < 16; byte += 1) {
        const value = this.bytes[16 * (first + row) + byte];
        chars[line * row + ID_PLACES[byte]] = HEX_CHARS[2 * value];
        chars[line * row + ID_PLACES[byte] + 1] = HEX_CHARS[2 * value + 1];
      }
    }
    const text = new TextDecoder("latin1").decode(chars);
    for (let at = text.indexOf(needle); at >= 0; ) {
      const row = Math.floor(at / line);
      hit[first + row] = 1;
      at = text.indexOf(needle, line * (row + 1));
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    const flip = descending ? 0xffff : 0;
    return Array.from({ length: 8 }, (_, place) => {
      const plane = new Uint16Array(this.rows);
      for (let row = 0, at = 14 - 2 * place; row < this.rows; row += 1, at += 16) plane[row] = ((this.bytes[at] << 8) | this.bytes[at + 1]) ^ flip;
      return plane;
    });
  }
}

const ID_CHUNK = 4096;

/** The status as it is now, which changes while a run goes on. @implements {Column} */
class StatusColumn {
  /** @param {Column | null} given @param {string[]} names @param {Uint8Array} lives */
  constructor(given, names, lives) {
    this.given = given;
    this.names = names;
    this.lives = lives;
    this.title = given?.title ?? "status";
    this.role = "status";
    this.kind = "text";
    this.hidden = false;
    this.count = names.length;
    this.codes = lives;
  }

  /** @param {number} row */
  code(row) {
    return this.lives[row];
  }

  /** @param {number} code */
  word(code) {
    return this.names[code];
  }

  /** @param {number} row */
  text(row) {
    return this.names[this.lives[row]] || (this.given?.text(row) ?? "");
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    const found = this.names.map((name) => (name && test.matches(name.toLowerCase()) ? 1 : 0));
    for (let row = 0; row < this.lives.length; row += 1) {
      if (this.lives[row] ? found[this.lives[row]] : test.matches(this.text(row).toLowerCase())) hit[row] = 1;
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    return planes(this.lives, descending, 0);
  }
}

/** What became of each job, failures first. @implements {Column} */
class FateColumn {
  /** @param {string[]} names @param {Uint8Array} fates @param {Map<number, string>} messages */
  constructor(names, fates, messages) {
    this.names = names;
    this.fates = fates;
    this.messages = messages;
    this.title = "Result";
    this.role = "fate";
    this.kind = "text";
    this.hidden = true;
    this.count = names.length;
    /** @type {Codes | null} */ this.codes = null;
  }

  /** @param {number} row */
  code(row) {
    return this.fates[row] & 0x7f;
  }

  /** @param {number} code */
  word(code) {
    return this.names[code];
  }

  /** @param {number} row */
  failed(row) {
    return (this.fates[row] & FATE_FAILED) !== 0;
  }

  /** @param {number} row */
  text(row) {
    const message = this.messages.get(row);
    return message ? `${this.names[this.code(row)]}: ${message}` : this.names[this.code(row)];
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    for (let row = 0; row < this.fates.length; row += 1) {
      if (!hit[row] && this.fates[row] && test.matches(this.text(row).toLowerCase())) hit[row] = 1;
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    // The mark of a failure is the highest bit: turned round, it comes first.
    return planes(this.fates.map((fate) => (fate ? fate ^ FATE_FAILED : 0)), descending, 0);
  }
}

const FATE_FAILED = 0x80;

/**
 * The columns of a snapshot: the kernel's, the status as it is now, and what became of each job.
 * @param {Json} header @param {ArrayBuffer} data @param {Uint8Array} texts @param {Uint8Array} lives @param {FateColumn} fate
 * @returns {Column[]}
 */
export function decode(header, data, texts, lives, fate) {
  /** @type {Column[]} */
  const columns = header.columns.map((/** @type {Json} */ described) => {
    if (described.kind === "text") return new TextColumn(described, data, header.here, texts);
    return described.kind === "ids" ? new IdColumn(described, data, header.here) : new NumberColumn(described, data, header.here);
  });
  const at = columns.findIndex((column) => column.role === "status");
  const known = lives.some((life) => life !== 0);
  if (at >= 0) columns[at] = new StatusColumn(columns[at], header.lives, lives);
  else if (known) columns.unshift(new StatusColumn(null, header.lives, lives));
  columns.splice(at >= 0 ? at + 1 : 0, 0, fate);
  return columns;
}

/** @param {string[]} names @param {Uint8Array} fates @param {Map<number, string>} messages */
export const fateColumn = (names, fates, messages) => new FateColumn(names, fates, messages);

// --------------------------------------------------------------------------------------------------------- Query

const ALIASES = /** @type {Record<string, string>} */ ({
  name: "name", queue: "queue", status: "status", id: "id", reason: "reason", definition: "definition",
  age: "created", created: "created", running: "started", started: "started", stopped: "stopped", result: "fate",
});
const UNIT_MS = /** @type {Record<string, number>} */ ({ s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 });

/** @param {string} text @returns {number | null} milliseconds */
export function parseAge(text) {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)];
  if (!parts.length || parts.map((part) => part[0]).join("") !== text.toLowerCase()) return null;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit], 0);
}

/** Words, those in double quotes kept together. @param {string} query */
export function words(query) {
  return [...query.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map(([word]) => word);
}

/**
 * Words are found in any case. A pattern with * or ?, and =exact, are as exact as `--name-glob` and `--name`: there, case
 * counts, since a pattern that catches one job too many ends it.
 * @param {string} value @param {boolean} [cased] @returns {Test}
 */
function textTest(value, cased = false) {
  const given = cased ? value : folded(value);
  if (given.startsWith("=")) return { needle: null, cased, matches: (text) => text === given.slice(1) };
  if (!/[*?]/.test(given)) return { needle: folded(value), matches: (text) => text.includes(folded(value)) };
  const expression = given.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  const compiled = new RegExp(`^${expression}$`, "su");
  return { needle: null, cased, matches: (text) => compiled.test(text) };
}

/** @param {Column} column @param {string} value @param {string} field @param {number} now @returns {Test | string} */
function comparison(column, value, field, now) {
  const [, sign, operand] = /^(>=?|<=?)(.*)$/.exec(value) ?? [];
  if (!sign) return textTest(value, column.role !== "status" && column.role !== "fate");
  // An age counts backwards: older than 6h is created before six hours ago.
  const age = parseAge(operand);
  const number = column.kind === "time" ? (age === null ? Date.parse(operand) : now - age) : Number(operand || NaN);
  if (column.kind === "text") return `${field}: holds text, and cannot be compared with ${sign}`;
  if (Number.isNaN(number)) {
    const example = column.kind === "time" ? "an age such as 90m, 6h or 2d, or a date" : "a number";
    return `${field}:${sign} needs ${example}`;
  }
  const isAbove = sign.startsWith(">") !== (column.kind === "time" && age !== null);
  const test = { needle: null, matches: () => false, inclusive: sign.endsWith("=") };
  return isAbove ? { ...test, above: number } : { ...test, below: number };
}

/**
 * What a search means: one list of columns and tests for each word, all of which have to hold; or what is wrong.
 * @param {string} query @param {Column[]} columns @param {number} now
 * @returns {{terms: {columns: Column[], tests: Test[], negated: boolean}[], error: string | null}}
 */
export function parseQuery(query, columns, now) {
  const terms = [];
  for (const word of words(query)) {
    const [, minus, name, value] = /^(-?)([A-Za-z_][\w]*):(.+)$/s.exec(word) ?? [];
    const column = name === undefined ? undefined : columnNamed(name, columns);
    const plain = word.replaceAll('"', "");
    if (!column) {
      if (plain) terms.push({ columns, tests: [{ needle: folded(plain), matches: (/** @type {string} */ text) => text.includes(folded(plain)) }], negated: false });
      continue;
    }
    const values = value.includes('"') ? [value.replaceAll('"', "")] : value.split(",").filter(Boolean);
    const tests = values.map((one) => comparison(column, one, name, now));
    const wrong = tests.find((test) => typeof test === "string");
    if (typeof wrong === "string") return { terms: [], error: wrong };
    terms.push({ columns: [column], tests: /** @type {Test[]} */ (tests), negated: minus === "-" });
  }
  return { terms, error: null };
}

/** @param {string} name @param {Column[]} columns */
function columnNamed(name, columns) {
  const low = name.toLowerCase();
  return columns.find((column) => column.title.toLowerCase() === low) ?? columns.find((column) => column.role !== null && column.role === ALIASES[low]);
}

/**
 * A 1 for each row that matches. A wrong query matches nothing: it must not widen.
 * @param {string} query @param {Column[]} columns @param {number} rows @param {number} now
 * @returns {{mask: Uint8Array, error: string | null}}
 */
export function search(query, columns, rows, now) {
  const mask = new Uint8Array(rows).fill(1);
  const { terms, error } = parseQuery(query, columns, now);
  if (error) return { mask: mask.fill(0), error };
  for (const term of terms) {
    const hit = new Uint8Array(rows);
    for (const test of term.tests) for (const column of term.columns) column.mark(test, hit);
    const wanted = term.negated ? 0 : 1;
    for (let row = 0; row < rows; row += 1) mask[row] &= hit[row] === wanted ? 1 : 0;
  }
  return { mask, error: null };
}

// ---------------------------------------------------------------------------------------------------------- Sort

/**
 * All rows in order, stable; rows without a value last in both directions. A counting sort for each 16 bits of each
 * key, the least important first.
 * @param {SortKey[]} sorts @param {Column[]} columns @param {number} rows
 */
export function sortedRows(sorts, columns, rows) {
  let [order, spare] = [new Uint32Array(rows), new Uint32Array(rows)];
  for (let row = 0; row < rows; row += 1) order[row] = row;
  const places = new Uint32Array(0x10000);
  for (const { column, descending } of [...sorts].reverse()) {
    for (const plane of columns[column].keys(descending)) {
      places.fill(0);
      for (let row = 0; row < rows; row += 1) places[plane[row]] += 1;
      if (!rows || places[plane[0]] === rows) continue;
      for (let key = 0, place = 0; key < places.length; key += 1) {
        const count = places[key];
        places[key] = place;
        place += count;
      }
      for (let at = 0; at < rows; at += 1) spare[places[plane[order[at]]]++] = order[at];
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** A click on a title: ascending, descending, off; with shift beside what is there. @param {SortKey[]} sorts @param {number} column @param {boolean} more */
export function nextSort(sorts, column, more) {
  const now = sorts.find((sort) => sort.column === column);
  const next = !now ? { column, descending: false } : now.descending ? null : { column, descending: true };
  if (!more) return next ? [next] : [];
  const others = sorts.map((sort) => (sort.column === column ? next : sort)).filter((sort) => sort !== null);
  return now ? others : [...others, /** @type {SortKey} */ (next)];
}

// ------------------------------------------------------------------------------------------------------- Scrolling

export const ROW_HEIGHT = 28;
const MOST_PIXELS = 6_000_000;

/**
 * Where rows are: browsers lay out no more than some million pixels, so a long table is scrolled in a shorter one.
 * @param {number} rows @param {number} height of the view
 */
export function scrollMap(rows, height) {
  const whole = rows * ROW_HEIGHT;
  const laid = Math.min(whole, MOST_PIXELS);
  const scale = laid > height && whole > laid ? (whole - height) / (laid - height) : 1;
  return { laid, scale, last: Math.max(0, whole - height) };
}

// ------------------------------------------------------------------------------------------------------ The store

const LOCKS = [
  "",
  "has ended, and nothing can end it again",
  "is stopping already",
  "has no job id in this row",
  "stands in another row above, too",
  "is one node of a multi-node job, and nodes do not end alone",
  "is not known to AWS: a typo, an expired record, or submitted a moment ago",
  "is protected",
];
const PATIENCE_MS = 2000;
const SAY_MS = 200;
const SETTLED_MS = 300;
const LOST = {
  idle: "The kernel of this table is gone. To list the jobs anew, run the cell again.",
  running: "The kernel is gone in the middle of this run. What was sent takes its course, and nothing more is sent. %batch_resume in a new kernel looks at each job, and finishes the run.",
};
const EVICTED_MS = 3000;
const MISSES_TWO = 0xff;

/** Everything that the views of one widget share: the snapshot, the selection, and how the table is looked at. */
class Store {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Set<(what: string) => void>} */ this.views = new Set();
    /** @type {Set<View>} */ this.pictures = new Set();
    /** @type {Map<string, {resolve: (answer: Json) => void, timer: number}>} */ this.pending = new Map();
    this.asked = 0;
    this.slow = 0;
    /** @type {string | null} */ this.lost = null;
    this.heard = Date.now();
    this.isKept = true;
    this.header = /** @type {Json | null} */ (null);
    /** @type {Column[]} */ this.columns = [];
    this.rows = 0;
    /** How many rows have come; fewer than all for a moment, when the first ones were sent ahead. */
    this.here = 0;
    /** Whether the selection was changed while only the first rows were here. */
    this.touched = false;
    this.fate = new FateColumn([""], new Uint8Array(), new Map());
    /** @type {Uint8Array} */ this.lives = new Uint8Array();
    /** @type {Uint8Array} */ this.locks = new Uint8Array();
    /** @type {Uint8Array} */ this.bits = new Uint8Array();
    this.selected = 0;
    this.matching = new Uint8Array();
    this.shownRows = new Uint32Array();
    /** The rows in the order of the sort; null where that is their own. @type {Uint32Array | null} */ this.order = null;
    /** @type {{inSight: number, selectable: number} | null} */ this.tallied = null;
    /** @type {Map<string, Map<number, number>>} */ this.counts = new Map();
    /** @type {string | null} */ this.queryError = null;
    /** @type {{bits: Uint8Array, count: number} | null} */ this.undoable = null;
    /** @type {Json} */ this.state = { phase: "idle", error: null, reasons: [], plan: null, progress: null, result: null };
    this.ui = {
      query: "", reason: "", top: 0, anchor: -1, activeRow: -1, activeColumn: 0,
      sorts: /** @type {SortKey[]} */ ([]),
      facets: /** @type {Map<string, Set<number>>} */ (new Map()),
      hidden: /** @type {Map<string, boolean>} */ (new Map()),
      widths: /** @type {Map<string, number>} */ (new Map()),
    };
    this.sayTimer = 0;
    this.saidAt = -Infinity;
    this.listen = (/** @type {Json} */ message, /** @type {DataView[]} */ buffers) => this.receive(message, buffers ?? []);
    model.on("msg:custom", this.listen);
    // Runs wherever the place of this picker comes into the page, however late: after a reload, or from out of sight.
    this.placed = (/** @type {AnimationEvent} */ event) => event.animationName === "bnb-placed" && this.house(/** @type {HTMLElement} */ (event.target));
    document.addEventListener("animationstart", this.placed);
    this.watchKernel();
    this.ask("hello");
  }

  dispose() {
    this.model.off("msg:custom", this.listen);
    document.removeEventListener("animationstart", this.placed);
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    clearTimeout(this.sayTimer);
    this.pending.clear();
    for (const view of this.pictures) {
      view.root.parentElement?.classList.remove("bnb-live");
      view.dispose();
    }
  }

  /** @param {string} what changed */
  notify(what) {
    if (what !== "state") this.tallied = null;
    for (const view of this.views) view(what);
  }

  /**
   * A notebook's file names no widget: it has a table that stands still, in a place that is called after this picker.
   * There the picker moves in, and the file stays readable for whoever has no kernel.
   * @param {HTMLElement} place
   */
  house(place) {
    if (!this.state.place || !place.classList.contains(this.state.place) || place.querySelector(".bnb")) return;
    // A picture whose output was replaced moves on to where it is shown now, with the focus and all that is typed.
    const view = [...this.pictures].find((one) => !one.root.isConnected) ?? new View(this, place);
    place.classList.add("bnb-live");
    view.moveInto(place);
  }

  houseAll() {
    if (this.state.place) document.querySelectorAll(`.${this.state.place}`).forEach((place) => this.house(/** @type {HTMLElement} */ (place)));
  }

  /** Its output is gone, perhaps for a place that it can move into. @param {View} view */
  evict(view) {
    view.root.remove();
    window.setTimeout(() => view.root.isConnected || view.dispose(), EVICTED_MS);
  }

  /** Notebooks tell when their kernel goes, and nothing that is asked of it then is ever answered. */
  watchKernel() {
    const manager = this.model.widget_manager;
    const session = manager?.context?.sessionContext ?? manager?.kernel;
    session?.statusChanged?.connect?.((/** @type {unknown} */ _, /** @type {string} */ status) => /restarting|dead|terminating/.test(status) && this.lose());
    session?.kernelChanged?.connect?.(() => this.lose());
    this.model.on("comm_live_update", () => (this.lost ? this.ask("hello") : this.lose()));
  }

  /** The kernel is gone: keep what was seen last, and ask for nothing that cannot be. */
  lose() {
    if (this.lost !== null) return;
    this.lost = LOST[this.state.phase === "running" ? "running" : "idle"];
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
    this.slow = 0;
    this.notify("state");
  }

  /**
   * Ask the kernel; every request is answered, but it may take its time.
   * @param {string} kind @param {Json} [content] @param {ArrayBuffer[]} [buffers] @returns {Promise<Json>}
   */
  ask(kind, content = {}, buffers = []) {
    const id = `${Date.now().toString(36)}-${(this.asked += 1)}`;
    return new Promise((resolve) => {
      const timer = window.setTimeout(() => this.countSlow(), PATIENCE_MS);
      this.pending.set(id, { resolve, timer });
      try {
        this.model.send({ kind, id, ...content }, undefined, buffers);
      } catch (error) {
        this.lose();
        resolve({ id, ok: false, error: this.lost });
      }
    });
  }

  countSlow() {
    this.slow += 1;
    this.notify("state");
  }

  /** @param {Json} answer */
  settle(answer) {
    const waiting = this.pending.get(answer.id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.pending.delete(answer.id);
    if (this.slow && !this.pending.size) {
      this.slow = 0;
      this.notify("state");
    }
    if (!answer.ok) {
      this.state = { ...this.state, error: answer.error };
      this.notify("state");
    }
    waiting.resolve(answer);
  }

  /** @param {Json} message @param {DataView[]} buffers */
  receive(message, buffers) {
    this.heard = Date.now();
    if (this.lost !== null) {
      this.lost = null;
      this.notify("state");
    }
    if (message.kind === "answer") this.settle(message);
    if (message.kind === "snapshot") this.take(message, buffers.map(copied));
    if (message.kind === "selection" && message.snapshot === this.header?.snapshot) this.setBits(new Uint8Array(copied(buffers[0])));
    if (message.kind === "patch" && message.snapshot === this.header?.snapshot) this.patch(message, copied(buffers[0]));
    if (message.state) this.setState(message.state);
    if (message.kind === "snapshot") this.houseAll();
  }

  /** All rows, or the first ones ahead of them. @param {Json} message @param {ArrayBuffer[]} buffers */
  take(message, [data, texts, lives, locks, fates, bits]) {
    const { header } = message;
    const before = this.header;
    // Who has a table already waits for all of the next one.
    if (before !== null && header.here < header.rows) return;
    const isRest = before !== null && before.snapshot === header.snapshot && this.isPartial;
    this.header = header;
    this.rows = header.rows;
    this.here = header.here;
    this.lives = new Uint8Array(lives);
    this.locks = new Uint8Array(locks);
    this.fate = new FateColumn(message.fates, new Uint8Array(fates), new Map(message.messages));
    this.fate.hidden = !this.fate.fates.some((fate) => fate !== 0);
    const titles = this.ui.sorts.map((sort) => this.columns[sort.column]?.title);
    this.columns = decode(header, data, new Uint8Array(texts), this.lives, this.fate);
    this.ui.sorts = this.ui.sorts.map((sort, at) => ({ ...sort, column: this.columns.findIndex((column) => column.title === titles[at]) })).filter((sort) => sort.column >= 0);
    if (before === null) this.ui.reason = message.state.reason;
    this.undoable = null;
    // Rows keep their numbers when the rest of them comes, and what has been done to the first ones stays.
    if (!isRest || this.ui.query || this.ui.sorts.length || this.isFiltered) this.ui.anchor = this.ui.activeRow = -1;
    // The number of a queue is another in another snapshot.
    if (!isRest) this.ui.facets.delete("queue");
    if (!isRest || !this.touched) this.bits = new Uint8Array(bits);
    this.touched = false;
    this.selected = countBits(this.bits);
    this.resort("table");
  }

  get isPartial() {
    return this.here < this.rows;
  }

  get isFiltered() {
    return [...this.ui.facets.values()].some((wanted) => wanted.size);
  }

  /** Why what concerns all rows has to wait, or null if they are here. */
  get loading() {
    return this.isPartial ? `Still loading: the first ${this.here.toLocaleString("en-US")} of ${plural(this.rows, "job")} are here.` : null;
  }

  /** @param {Uint8Array} bits */
  setBits(bits) {
    this.bits = bits;
    this.touched = false;
    this.selected = countBits(bits);
    this.notify("selection");
  }

  /** @param {Json} message @param {ArrayBuffer} buffer */
  patch(message, buffer) {
    const count = message.rows;
    const rows = new Uint32Array(buffer, 0, count);
    const [fates, lives, locks] = [4, 5, 6].map((at) => new Uint8Array(buffer, at * count, count));
    for (let at = 0; at < count; at += 1) {
      const row = rows[at];
      // The rest of the rows will come as they are then.
      if (row >= this.here) continue;
      this.fate.fates[row] = fates[at];
      this.lives[row] = lives[at];
      this.locks[row] = locks[at];
      if (locks[at] && hasBit(this.bits, row)) {
        setBit(this.bits, row, false);
        this.selected -= 1;
      }
    }
    for (const [row, text] of message.messages) this.fate.messages.set(row, text);
    if (this.fate.hidden && fates.some((fate) => fate !== 0)) {
      this.fate.hidden = false;
      this.notify("table");
    }
    // Rows stay where they are while they change: whoever watches one must not lose it.
    this.countFacets(null);
    this.notify("patch");
  }

  /** @param {Json} state */
  setState(state) {
    const before = this.state;
    this.state = state;
    if (before.phase === "running" && state.phase !== "running" && state.result) this.showResult();
    this.notify("state");
  }

  showResult() {
    const ran = new Set(Array.from(this.fate.fates, (fate) => fate & 0x7f));
    ran.delete(0);
    this.ui.facets.clear();
    this.ui.facets.set("fate", ran);
    this.ui.query = "";
    this.ui.sorts = [{ column: this.columns.indexOf(this.fate), descending: false }];
    this.ui.top = 0;
    this.resort("table");
  }

  selectFailed() {
    this.ui.facets.clear();
    this.change((bits) => {
      bits.fill(0);
      for (let row = 0; row < this.here; row += 1) if (this.fate.failed(row) && !this.locks[row]) setBit(bits, row, true);
    });
    this.refilter();
  }

  /** @param {"rows" | "table"} [what] the views are told of */
  resort(what) {
    // The first rows of the table are not the first ones of a sort: that waits for all of them.
    this.order = this.ui.sorts.length && !this.isPartial ? sortedRows(this.ui.sorts, this.columns, this.rows) : null;
    this.refilter(what);
  }

  /** @param {"rows" | "table"} [what] */
  refilter(what = "rows") {
    const visible = this.columns.filter((column) => !this.isHidden(column));
    const { mask, error } = search(this.ui.query, this.ui.query.includes(":") ? this.columns : visible, this.here, Date.now());
    this.queryError = error;
    this.found = mask;
    this.countFacets(mask);
    const { matching, order } = this;
    const rows = new Uint32Array(countOnes(matching));
    let count = 0;
    if (order) {
      for (let at = 0; at < order.length; at += 1) if (matching[order[at]]) rows[count++] = order[at];
    } else for (let row = 0; row < matching.length; row += 1) if (matching[row]) rows[count++] = row;
    this.shownRows = rows;
    this.notify(what);
  }

  /** @returns {[string, Column][]} */
  facetColumns() {
    const queue = this.columns.find((column) => column.role === "queue");
    const status = this.columns.find((column) => column.role === "status");
    /** @type {[string, Column | undefined][]} */
    const all = [["status", status], ["queue", queue], ["fate", this.fate.hidden ? undefined : this.fate]];
    const few = all.filter(([, column]) => column && column.count > 0 && column.count <= 2000 && (column.codes || column === this.fate));
    // Of the first rows alone, nothing can be counted: the kernel has said how many there are of each.
    return /** @type {[string, Column][]} */ (this.isPartial ? few.filter(([name]) => this.header?.facets?.[name]) : few);
  }

  /** Count each facet among the rows that the search and the other facets leave. @param {Uint8Array | null} mask */
  countFacets(mask) {
    const rows = this.here;
    const found = mask ?? this.found ?? new Uint8Array(rows).fill(1);
    const facets = this.facetColumns().map(([name, column]) => {
      const size = Math.max(column.count, 1);
      const wanted = this.ui.facets.get(name);
      const passes = new Uint8Array(size).fill(wanted?.size ? 0 : 1);
      wanted?.forEach((code) => (passes[code] = 1));
      return { name, codes: column.codes ?? Uint8Array.from(this.fate.fates, (fate) => fate & 0x7f), passes, counts: new Uint32Array(size) };
    });
    // A column at a time: how many facets a row misses, and which was the last.
    const misses = new Uint8Array(rows);
    facets.forEach(({ codes, passes }, at) => {
      if (passes.every((pass) => pass === 1)) return;
      for (let row = 0; row < rows; row += 1) if (!passes[codes[row]]) misses[row] = misses[row] ? MISSES_TWO : at + 1;
    });
    const matching = mask ? new Uint8Array(rows) : this.matching;
    if (mask) for (let row = 0; row < rows; row += 1) matching[row] = found[row] && !misses[row] ? 1 : 0;
    facets.forEach(({ codes, counts }, at) => {
      for (let row = 0; row < rows; row += 1) if (found[row] && (!misses[row] || misses[row] === at + 1)) counts[codes[row]] += 1;
    });
    this.matching = matching;
    const whole = this.isPartial ? this.header?.facets : null;
    this.counts = new Map(facets.map(({ name, counts }) => [name, new Map((whole?.[name] ?? [...counts]).map((/** @type {number} */ count, /** @type {number} */ code) => [code, count]))]));
  }

  /** @param {Column} column */
  isHidden(column) {
    return this.ui.hidden.get(column.title) ?? column.hidden;
  }

  get isFrozen() {
    return this.lost !== null || (this.state.phase !== "idle" && this.state.phase !== "listing");
  }

  /** Change the selection, so that it can be undone. @param {(bits: Uint8Array) => void} work */
  change(work) {
    if (this.isFrozen || !this.header) return;
    const before = { bits: this.bits.slice(), count: this.selected };
    work(this.bits);
    this.touched = this.isPartial;
    this.selected = countBits(this.bits);
    this.undoable = before.count > 1 && this.selected < before.count - 1 ? before : null;
    this.isKept = false;
    this.saySoon();
    this.notify("selection");
  }

  /** The hand is elsewhere: let the notebook's file have what is selected. */
  keep() {
    if (this.isKept || this.isFrozen || !this.state.place) return;
    this.isKept = true;
    this.ask("keep", ...this.selection());
  }

  undo() {
    const before = this.undoable;
    if (!before || this.isFrozen) return;
    this.undoable = null;
    this.change((bits) => bits.set(before.bits));
    this.undoable = null;
    this.notify("selection");
  }

  /** @param {Uint8Array} bits @param {number} row @param {boolean} on */
  setRow(bits, row, on) {
    if (!this.locks[row]) setBit(bits, row, on);
  }

  /** @param {number} at place in the table */
  toggle(at) {
    const row = this.shownRows[at];
    if (row === undefined) return;
    const on = !hasBit(this.bits, row);
    this.ui.anchor = at;
    this.change((bits) => this.setRow(bits, row, on));
  }

  /** @param {number} at */
  only(at) {
    const row = this.shownRows[at];
    if (row === undefined || this.locks[row]) return;
    this.ui.anchor = at;
    this.change((bits) => this.setRow(bits.fill(0), row, true));
  }

  /** Select from the anchor to here. @param {number} at @param {boolean} keep what is selected elsewhere */
  range(at, keep) {
    const anchor = this.ui.anchor < 0 ? at : Math.min(this.ui.anchor, this.shownRows.length - 1);
    const [low, high] = anchor < at ? [anchor, at] : [at, anchor];
    this.change((bits) => {
      if (!keep) bits.fill(0);
      for (let place = low; place <= high; place += 1) this.setRow(bits, this.shownRows[place], true);
    });
  }

  /** All means all that match, which nobody knows before all are here. @param {"all" | "none" | "invert"} how */
  bulk(how) {
    if (this.isPartial && how !== "none") return;
    this.change((bits) => {
      if (how === "none") bits.fill(0);
      else for (const row of this.shownRows) this.setRow(bits, row, how === "all" || !hasBit(bits, row));
    });
  }

  /** How many of the rows that match are selected, and how many can be. */
  get tally() {
    if (this.tallied) return this.tallied;
    const { shownRows, bits, locks } = this;
    let [inSight, selectable] = [0, 0];
    for (let at = 0; at < shownRows.length; at += 1) {
      const row = shownRows[at];
      if (bits[row >> 3] & (1 << (row & 7))) inSight += 1;
      if (!locks[row]) selectable += 1;
    }
    this.tallied = { inSight, selectable };
    return this.tallied;
  }

  selection() {
    clearTimeout(this.sayTimer);
    this.sayTimer = 0;
    return /** @type {[Json, ArrayBuffer[]]} */ ([{ snapshot: this.header?.snapshot, reason: this.ui.reason }, [this.bits.slice().buffer]]);
  }

  /** Tell the kernel what is selected: at once, and again when the hand rests that goes on selecting. */
  saySoon() {
    if (this.sayTimer) return;
    const wait = this.saidAt + SAY_MS - performance.now();
    // The kernel can work on it while the page paints it.
    if (wait <= 0) this.tell();
    else this.sayTimer = window.setTimeout(() => this.tell(), wait);
  }

  tell() {
    this.saidAt = performance.now();
    this.ask("select", ...this.selection());
  }

  /** Why nothing can be ended now, or null if it can. */
  get obstacle() {
    const length = codePoints(this.ui.reason);
    if (this.lost !== null) return this.lost;
    if (this.state.phase === "planning") return "Asking AWS about the selected jobs…";
    if (this.state.phase !== "idle") return "Wait until this is over.";
    if (!this.selected) return this.ui.reason.trim() ? "Select the jobs to end." : "Select the jobs to end, and say why.";
    if (!this.ui.reason.trim()) return "Say why these jobs are ended: AWS keeps the reason with each job.";
    if (length > REASON_LIMIT) return `The reason is ${plural(length - REASON_LIMIT, "character")} too long.`;
    return null;
  }
}

/** Typed arrays need their place in memory aligned, which a part of a message is not always. @param {DataView | ArrayBuffer} part */
export function copied(part) {
  if (part instanceof ArrayBuffer) return part;
  const whole = part.byteOffset === 0 && part.byteLength === part.buffer.byteLength;
  return /** @type {ArrayBuffer} */ (whole ? part.buffer : part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
}

// ------------------------------------------------------------------------------------------------------- The view

/**
 * An element with attributes, text and children; everything that comes from a job goes through here as text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Json} [attributes] @param {(Node | string | null)[]} [children]
 * @returns {HTMLElementTagNameMap[T]}
 */
function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** @param {string} text @param {(event: MouseEvent) => void} onclick @param {Json} [attributes] */
const button = (text, onclick, attributes = {}) => element("button", { type: "button", class: "bnb-button", onclick, ...attributes }, [text]);

const WIDTHS = /** @type {Record<string, number>} */ ({
  status: 116, name: 180, queue: 130, size: 92, created: 104, started: 104, stopped: 104, reason: 240, id: 104, definition: 150,
});
const LEAST_WIDTH = 48;
const CHIPS = 8;
const OVERSCAN = 6;
const REASON_SUFFIX = "characters left";
let views = 0;

/** One picture of the store in a page. */
class View {
  /** @type {HTMLInputElement} */ searchBox;
  /** @type {HTMLInputElement} */ reasonBox;
  /** @type {HTMLElement} */ queryError;
  /** @type {HTMLElement} */ columnMenu;
  /** @type {HTMLElement} */ columns;
  /** @type {HTMLElement} */ facets;
  /** @type {HTMLElement} */ counts;
  /** @type {HTMLElement} */ notice;
  /** @type {HTMLElement} */ waiting;
  /** @type {HTMLElement} */ panel;
  /** @type {HTMLElement} */ result;
  /** @type {HTMLElement} */ live;
  /** @type {HTMLElement} */ root;
  /** @type {HTMLElement} */ head;
  /** @type {HTMLElement} */ body;
  /** @type {HTMLElement} */ spacer;
  /** @type {HTMLElement} */ empty;
  /** @type {HTMLElement} */ grid;
  /** @type {HTMLElement} */ reasons;
  /** @type {HTMLElement} */ left;
  /** @type {HTMLElement} */ why;
  /** @type {HTMLElement} */ form;
  /** @type {HTMLElement} */ figures;
  /** @type {HTMLButtonElement} */ refreshButton;
  /** @type {HTMLButtonElement} */ copyButton;
  /** @type {HTMLButtonElement} */ allButton;
  /** @type {HTMLButtonElement} */ clearButton;
  /** @type {HTMLButtonElement} */ invertButton;
  /** @type {HTMLButtonElement} */ undoButton;
  /** @type {HTMLButtonElement} */ terminate;
  /** @type {HTMLButtonElement} */ stopButton;
  /** @type {HTMLProgressElement} */ bar;
  /** @type {HTMLInputElement | null} */ typed;
  /** @type {HTMLElement | undefined} */ resultTitle;
  /** @type {number | undefined} */ expected;
  /** @type {string | undefined} */ resultShown;
  /** @type {string | null} */ digest;
  /** @type {string | null | undefined} */ lost;
  /** @type {string | undefined} */ note;
  /** @type {Map<string, number> | undefined} */ childrenKnown;

  /** @param {Store} store @param {HTMLElement} host */
  constructor(store, host) {
    this.store = store;
    store.pictures.add(this);
    this.id = `bnb-${Date.now().toString(36)}-${(views += 1)}`;
    /** @type {HTMLElement[]} */ this.pool = [];
    /** @type {Column[]} */ this.laidOut = [];
    this.attached = false;
    this.phase = store.state.phase;
    this.mine = false;
    this.virtualTop = store.ui.top;
    /** What the browser said last of the table: how high it is, and where it is scrolled to. */
    this.tall = this.scrolledTo = 0;
    /** Whether painting waits for the end of a change. */
    this.isHeld = false;
    /** Whether something was refused because rows were missing. */
    this.refused = false;
    this.laidKey = "";
    /** @type {SortKey[] | null} */ this.sortsShown = null;
    /** @type {Json | null} */ this.planPainted = null;
    this.said = 0;
    this.pointer = 0;
    this.isSettled = false;
    /** @type {HTMLElement | null} */ this.held = null;
    this.changes = new MutationObserver(() => this.root.isConnected || this.store.houseAll());
    this.build(host);
    this.onStore = (/** @type {string} */ what) => this.update(what);
    store.views.add(this.onStore);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.grid);
    this.clock = window.setInterval(() => this.attached && this.paint(true), 30_000);
    this.update("table");
  }

  dispose() {
    this.store.views.delete(this.onStore);
    this.store.pictures.delete(this);
    this.changes.disconnect();
    this.sizes.disconnect();
    clearInterval(this.clock);
    this.root.remove();
  }

  /** @param {HTMLElement} host */
  build(host) {
    this.searchBox = element("input", {
      type: "search", class: "bnb-search", "aria-label": "Filter jobs", spellcheck: "false", autocomplete: "off",
      placeholder: "Filter: words, status:runnable, name:train-*, age:>6h", "aria-describedby": `${this.id}-query-error`,
      oninput: () => this.setQuery(),
    });
    this.queryError = element("span", { class: "bnb-query-error", id: `${this.id}-query-error` });
    this.columnMenu = element("div", { class: "bnb-menu" });
    this.columns = element("details", {
      class: "bnb-columns",
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.closeColumns(),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !this.columns.contains(/** @type {Node} */ (event.relatedTarget)) && this.columns.removeAttribute("open"),
    }, [element("summary", { class: "bnb-button" }, ["Columns"]), this.columnMenu]);
    this.refreshButton = button("Refresh", () => this.store.ask("refresh"));
    this.copyButton = button("Copy as a cell", () => this.copyCell());
    this.facets = element("div", { class: "bnb-facets" });
    this.counts = element("span", { class: "bnb-counts" });
    this.allButton = button("", () => this.bulk("all"));
    this.clearButton = button("Clear", () => this.bulk("none"));
    this.invertButton = button("Invert", () => this.bulk("invert"), { title: "Select what is not selected among the rows that match" });
    this.undoButton = button("Undo", () => this.store.undo());
    this.buildGrid();
    this.notice = element("div", { class: "bnb-notice", role: "alert" });
    this.waiting = element("div", { class: "bnb-waiting" });
    this.panel = element("div", { class: "bnb-panel" });
    this.result = element("div", { class: "bnb-result" });
    this.live = element("div", { class: "bnb-unseen", "aria-live": "polite" });
    this.buildForm();
    this.root = element("div", { class: "bnb", "data-lm-suppress-shortcuts": "true" }, [
      element("div", { class: "bnb-bar" }, [this.searchBox, this.columns, this.refreshButton, this.copyButton]),
      this.queryError, this.facets,
      element("div", { class: "bnb-bar bnb-selection" }, [this.counts, this.allButton, this.clearButton, this.invertButton, this.undoButton]),
      this.result, this.grid, this.waiting, this.notice, this.form, this.panel, this.live,
    ]);
    // Keys that are pressed here are for us: the notebook would cut the cell at an x.
    for (const kind of ["keydown", "keyup", "keypress"]) this.root.addEventListener(kind, (event) => event.stopPropagation());
    // Runs whenever the output is put into the page again, even within one frame, which no observer sees.
    this.root.addEventListener("animationstart", (event) => event.animationName === "bnb-attached" && this.reattached());
    this.root.addEventListener("focusin", (event) => (this.held = /** @type {HTMLElement} */ (event.target)));
    // Taken out of the page with its output, it still has the focus, for when it comes back.
    this.root.addEventListener("focusout", () => window.setTimeout(() => this.root.isConnected && !this.root.contains(document.activeElement) && this.leftAlone()));
    host.append(this.root);
  }

  /** @param {HTMLElement} place */
  moveInto(place) {
    if (this.root.parentElement !== place) place.append(this.root);
    this.isSettled = true;
    this.watchOutput();
    this.reattached();
    const busy = document.activeElement?.matches("input, textarea, select, [contenteditable=true]");
    if (this.held && !busy && this.root.contains(this.held)) this.held.focus({ preventScroll: true });
  }

  watchOutput() {
    const output = this.root.closest(".jp-OutputArea");
    this.changes.disconnect();
    if (output) this.changes.observe(output, { childList: true, subtree: true });
  }

  /** In a notebook that keeps up with its outputs, let its file name no widget that nobody can find later. */
  settle() {
    if (this.isSettled || !this.store.header || this.store.isPartial) return;
    this.isSettled = true;
    window.setTimeout(() => {
      if (!this.root.closest(".jp-NotebookPanel") || this.root.closest(".bnb-place")) return;
      this.watchOutput();
      this.store.ask("hold");
    }, SETTLED_MS);
  }

  leftAlone() {
    this.held = null;
    this.store.keep();
  }

  buildGrid() {
    this.head = element("div", { class: "bnb-head", role: "rowgroup" });
    this.body = element("div", { class: "bnb-body", role: "rowgroup" });
    this.spacer = element("div", { class: "bnb-spacer", role: "presentation" }, [this.body]);
    this.empty = element("div", { class: "bnb-empty" });
    this.grid = element("div", {
      class: "bnb-grid", role: "grid", tabindex: "0", "aria-multiselectable": "true", "aria-label": "Jobs",
      onscroll: () => this.scrolled(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyInGrid(event),
      onfocus: () => this.focused(),
    }, [this.head, this.spacer]);
    this.grid.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  }

  buildForm() {
    this.reasons = element("datalist", { id: `${this.id}-reasons` });
    this.reasonBox = element("input", {
      type: "text", class: "bnb-reason", id: `${this.id}-reason`, list: `${this.id}-reasons`, autocomplete: "off",
      placeholder: "Why, and for which ticket", "aria-describedby": `${this.id}-left ${this.id}-why`,
      oninput: () => this.setReason(), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.submit(),
    });
    this.left = element("span", { class: "bnb-left", id: `${this.id}-left` });
    this.terminate = button("", () => this.submit(), { class: "bnb-button bnb-danger", "aria-describedby": `${this.id}-why` });
    this.why = element("span", { class: "bnb-why", id: `${this.id}-why` });
    this.form = element("div", { class: "bnb-form" }, [
      element("label", { for: `${this.id}-reason` }, ["Reason"]), this.reasonBox, this.left, this.reasons,
      this.terminate, this.why,
    ]);
  }

  // What changes

  /** @param {string} what */
  update(what) {
    const { store } = this;
    // Whatever follows from a change is painted once, at its end.
    this.isHeld = true;
    if (what === "table") this.layOut();
    else if (what === "rows" && this.sortsShown !== store.ui.sorts) this.layHead();
    if (what === "table" || what === "rows") this.placeRows();
    if (what === "table" || what === "rows" || what === "patch") this.showFacets();
    if (what === "state" || what === "table") this.showState();
    this.showCounts();
    this.showForm();
    this.isHeld = false;
    // A plan tells how many children of an array are live; nothing else in a state stands in the rows.
    const anew = what !== "state" || this.planPainted !== store.state.plan;
    this.planPainted = store.state.plan;
    this.paint(anew);
    if (this.refused && !store.isPartial) this.say(`All ${plural(store.rows, "job")} are here.`);
    this.refused &&= store.isPartial;
    if (what === "table") this.settle();
  }

  get shownColumns() {
    return this.store.columns.filter((column) => !this.store.isHidden(column));
  }

  layOut() {
    const { store } = this;
    this.searchBox.value = store.ui.query;
    this.reasonBox.value = store.ui.reason;
    this.laidOut = this.shownColumns;
    this.layHead();
    const key = JSON.stringify(this.laidOut.map(({ title, kind, role }) => [title, kind, role]));
    if (key !== this.laidKey) {
      this.pool = [];
      this.body.replaceChildren();
    }
    this.laidKey = key;
    this.setWidths();
    this.showColumnMenu();
  }

  layHead() {
    const columns = this.laidOut;
    this.sortsShown = this.store.ui.sorts;
    const cells = columns.map((column, at) => this.titleCell(column, at));
    const all = element("div", { class: "bnb-th bnb-tick", role: "columnheader", "aria-colindex": 1, id: `${this.id}-h0`, title: "Select all that match", onclick: () => this.toggleAll() }, [
      element("span", { class: "bnb-box", "aria-hidden": "true" }), element("span", { class: "bnb-unseen" }, ["Select all that match"]),
    ]);
    this.head.replaceChildren(element("div", { class: "bnb-row", role: "row", "aria-rowindex": 1 }, [all, ...cells]));
    this.grid.setAttribute("aria-colcount", String(columns.length + 1));
  }

  /** @param {Column} column @param {number} at */
  titleCell(column, at) {
    const { store } = this;
    const index = store.columns.indexOf(column);
    const place = store.ui.sorts.findIndex((sort) => sort.column === index);
    const sort = store.isPartial ? undefined : store.ui.sorts[place];
    const order = store.ui.sorts.length > 1 && sort ? String(place + 1) : "";
    const title = shown(column.title, 60);
    return element("div", {
      class: `bnb-th${column.kind === "number" ? " bnb-number" : ""}`, role: "columnheader", "aria-colindex": at + 2, id: `${this.id}-h${at + 1}`,
      "aria-sort": sort ? (sort.descending ? "descending" : "ascending") : null,
      title: `${title}: click to sort, with Shift to sort by several columns`,
      onclick: (/** @type {MouseEvent} */ event) => this.sortBy(index, event.shiftKey),
    }, [
      element("span", { class: "bnb-title" }, [title]),
      element("span", { class: "bnb-sort", "aria-hidden": "true" }, [sort ? `${sort.descending ? "▼" : "▲"}${order}` : ""]),
      element("span", {
        class: "bnb-grip", "aria-hidden": "true", onclick: (/** @type {Event} */ event) => event.stopPropagation(),
        onpointerdown: (/** @type {PointerEvent} */ event) => this.resize(event, column),
      }),
    ]);
  }

  /** @param {Column} column */
  widthOf(column) {
    if (column.role === "fate" && !this.store.ui.widths.has(column.title)) return this.store.fate.messages.size ? 420 : 160;
    return this.store.ui.widths.get(column.title) ?? WIDTHS[column.role ?? ""] ?? (column.kind === "text" ? 130 : 104);
  }

  setWidths() {
    const columns = this.shownColumns;
    const widths = columns.map((column) => this.widthOf(column));
    // Whatever room is left goes to the messages of failures, or to the name, unless somebody has set its width.
    const widest = columns.some((column) => column.role === "fate") ? "fate" : "name";
    const flexible = columns.findIndex((column) => column.role === widest && !this.store.ui.widths.has(column.title));
    const tracks = widths.map((width, at) => (at === flexible ? `minmax(${width}px, 1fr)` : `${width}px`));
    this.grid.style.setProperty("--bnb-columns", `34px ${tracks.join(" ")}`);
    this.grid.style.setProperty("--bnb-width", `${34 + widths.reduce((sum, width) => sum + width, 0)}px`);
  }

  /** @param {PointerEvent} event @param {Column} column */
  resize(event, column) {
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const [start, width] = [event.clientX, grip.parentElement?.offsetWidth ?? this.widthOf(column)];
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => this.setWidth(column, width + move.clientX - start);
    grip.onpointerup = () => (grip.onpointermove = null);
  }

  /** @param {Column} column @param {number} width */
  setWidth(column, width) {
    this.store.ui.widths.set(column.title, Math.max(LEAST_WIDTH, width));
    this.setWidths();
  }

  closeColumns() {
    this.columns.removeAttribute("open");
    this.columns.querySelector("summary")?.focus();
  }

  showColumnMenu() {
    const items = this.store.columns.map((column) => {
      const box = element("input", { type: "checkbox", onchange: () => this.setHidden(column, !box.checked) });
      box.checked = !this.store.isHidden(column);
      return element("label", {}, [box, shown(column.title, 60)]);
    });
    const focused = [...this.columnMenu.querySelectorAll("input")].findIndex((box) => box === document.activeElement);
    this.columnMenu.replaceChildren(...items);
    items[focused]?.querySelector("input")?.focus();
  }

  /** @param {Column} column @param {boolean} hidden */
  setHidden(column, hidden) {
    this.store.ui.hidden.set(column.title, hidden);
    this.store.refilter("table");
  }

  /** @param {number} column @param {boolean} more */
  sortBy(column, more) {
    this.store.ui.sorts = nextSort(this.store.ui.sorts, column, more);
    if (this.store.loading) this.refuseLoading("They are sorted when all are.");
    this.store.resort();
  }

  setQuery() {
    this.store.ui.query = this.searchBox.value;
    this.store.ui.top = this.virtualTop = 0;
    this.store.ui.anchor = this.store.ui.activeRow = -1;
    this.store.refilter();
    this.say(this.store.loading ?? `${plural(this.store.shownRows.length, "job matches", "jobs match")}`);
  }

  setReason() {
    this.store.ui.reason = this.reasonBox.value;
    this.store.saySoon();
    this.showForm();
  }

  // Rows

  placeRows() {
    const { store } = this;
    const { laid } = scrollMap(store.shownRows.length, this.height);
    this.spacer.style.height = `${laid}px`;
    // Without a filter, all rows are known to come, where only the first ones are here.
    const isWhole = store.shownRows.length === store.here;
    this.grid.setAttribute("aria-rowcount", String((isWhole ? store.rows : store.shownRows.length) + 1));
    this.grid.setAttribute("aria-busy", String(store.isPartial));
    this.queryError.textContent = store.queryError ? shown(store.queryError) : "";
    this.empty.textContent = store.header && !store.shownRows.length ? (store.rows ? (store.isPartial ? "None of the first jobs matches; the others are loading." : "No job matches.") : "There are no jobs in this table.") : "";
    if (this.empty.textContent) this.spacer.after(this.empty);
    else this.empty.remove();
    this.scrollTo(Math.min(store.ui.top, scrollMap(store.shownRows.length, this.height).last));
  }

  /** As it was seen last: to ask for it between two changes would have the whole page laid out. */
  get height() {
    return Math.max(0, this.tall - ROW_HEIGHT);
  }

  /** @param {number} top in the pixels of the whole table */
  scrollTo(top) {
    const { last, scale } = scrollMap(this.store.shownRows.length, this.height);
    this.virtualTop = Math.max(0, Math.min(top, last));
    this.store.ui.top = this.virtualTop;
    const expected = Math.round(this.virtualTop / scale);
    if (expected !== this.scrolledTo) {
      this.expected = expected;
      this.grid.scrollTop = expected;
      this.scrolledTo = this.grid.scrollTop;
    }
    this.paint(false);
  }

  scrolled() {
    // A detached table tells of a place 0 that nobody has scrolled to.
    if (!this.attached || !this.grid.clientHeight) return;
    const { scale, last } = scrollMap(this.store.shownRows.length, this.height);
    this.scrolledTo = this.grid.scrollTop;
    if (this.expected === undefined || Math.abs(this.scrolledTo - this.expected) > 1) {
      this.virtualTop = Math.min(last, this.scrolledTo * scale);
      this.store.ui.top = this.virtualTop;
    }
    this.expected = undefined;
    this.paint(false);
  }

  /** In a table longer than what can be laid out, a wheel would jump over rows. @param {WheelEvent} event */
  wheeled(event) {
    const { scale } = scrollMap(this.store.shownRows.length, this.height);
    if (scale === 1 || event.deltaX || event.ctrlKey) return;
    event.preventDefault();
    this.scrollTo(this.virtualTop + event.deltaY * (event.deltaMode === 1 ? ROW_HEIGHT : 1));
  }

  resized() {
    this.tall = this.grid.clientHeight;
    const visible = this.tall > 0;
    if (visible && !this.attached) this.reattached();
    this.attached = visible;
    if (visible) this.paint(false);
  }

  reattached() {
    this.attached = true;
    this.expected = undefined;
    // Taken out of the page and put back, it stands at its top.
    this.scrolledTo = -1;
    this.tall = this.grid.clientHeight;
    this.scrollTo(this.store.ui.top);
    this.paint(true);
  }

  /** Show the rows that are in sight. @param {boolean} anew also where the same job is shown */
  paint(anew) {
    const { store } = this;
    if (!store.header || this.isHeld) return;
    const rows = store.shownRows.length;
    const first = Math.max(0, Math.floor(this.virtualTop / ROW_HEIGHT) - OVERSCAN);
    const count = Math.min(rows - first, Math.ceil(this.height / ROW_HEIGHT) + 2 * OVERSCAN);
    const columns = this.laidOut;
    while (this.pool.length < count) this.pool.push(this.body.appendChild(this.emptyRow(columns)));
    this.pool.forEach((element, slot) => element.hidden !== (slot >= count) && (element.hidden = slot >= count));
    for (let slot = 0; slot < count; slot += 1) {
      const at = first + ((slot - (first % count) + count) % count);
      this.fill(this.pool[slot], at, columns, anew);
    }
    const offset = this.scrolledTo - this.virtualTop + first * ROW_HEIGHT;
    this.base = first;
    this.body.style.transform = `translateY(${Math.round(offset)}px)`;
    this.showActive();
  }

  /** @param {Column[]} columns */
  emptyRow(columns) {
    const tick = element("div", { class: "bnb-td bnb-tick", role: "gridcell", "aria-colindex": 1 }, [element("span", { class: "bnb-box", "aria-hidden": "true" })]);
    const cells = columns.map((column, at) => element("div", {
      class: `bnb-td${column.kind === "number" ? " bnb-number" : ""}`, role: "gridcell", "aria-colindex": at + 2,
    }));
    return element("div", { class: "bnb-row", role: "row" }, [tick, ...cells]);
  }

  /** @param {HTMLElement} element @param {number} at @param {Column[]} columns @param {boolean} anew */
  fill(element, at, columns, anew) {
    const { store } = this;
    const row = store.shownRows[at];
    const first = Math.max(0, Math.floor(this.virtualTop / ROW_HEIGHT) - OVERSCAN);
    element.style.transform = `translateY(${(at - first) * ROW_HEIGHT}px)`;
    if (!anew && element.dataset.row === String(row) && element.dataset.at === String(at)) return;
    const chosen = hasBit(store.bits, row);
    const lock = store.locks[row];
    element.dataset.row = String(row);
    element.dataset.at = String(at);
    element.id = `${this.id}-r${at}`;
    element.setAttribute("aria-rowindex", String(at + 2));
    element.setAttribute("aria-selected", String(chosen));
    element.classList.toggle("bnb-locked", lock !== 0);
    element.classList.toggle("bnb-failed", store.fate.failed(row));
    element.classList.toggle("bnb-odd", at % 2 === 1);
    if (lock) element.setAttribute("aria-disabled", "true");
    else element.removeAttribute("aria-disabled");
    element.title = lock ? `This job cannot be selected: it ${LOCKS[lock]}.` : "";
    const [tick, ...cells] = /** @type {HTMLElement[]} */ ([...element.children]);
    tick.id = `${this.id}-c${at}-0`;
    tick.setAttribute("aria-label", lock ? `cannot be selected: it ${LOCKS[lock]}` : chosen ? "selected" : "not selected");
    cells.forEach((cell, place) => {
      cell.id = `${this.id}-c${at}-${place + 1}`;
      this.fillCell(cell, columns[place], row);
    });
  }

  /** @param {HTMLElement} cell @param {Column} column @param {number} row */
  fillCell(cell, column, row) {
    const text = column.text(row);
    if (column.kind === "time") {
      const moment = /** @type {NumberColumn} */ (column).value(row);
      cell.textContent = text ? `${duration(Date.now() - moment)} ago` : "";
      cell.title = text;
    } else if (column.role === "status") {
      // FAILED is what was wanted of a job that was ended, and no cause for alarm.
      const wanted = this.store.fate.code(row) > 0 && !this.store.fate.failed(row) && text === "FAILED";
      cell.replaceChildren(pill(text, wanted ? "wanted" : text.toLowerCase()));
    } else if (column.role === "fate") {
      const word = fateWord(/** @type {FateColumn} */ (column), row);
      const message = this.store.fate.messages.get(row);
      cell.replaceChildren(...(word ? [pill(word, fateKind(word, this.store.fate.failed(row)))] : []), ...(message ? [` ${shown(message, 200)}`] : []));
      cell.title = shown(text, HOVER_LENGTH);
    } else if (column.role === "id") {
      cell.replaceChildren(element("span", { class: "bnb-id", title: `${shown(text, 60)}: click to copy` }, [shortId(text)]));
    } else if (column.role === "size") {
      cell.textContent = this.arrayText(text, row);
      cell.title = text ? this.arrayHint(row) : "";
    } else {
      cell.textContent = shown(text);
      cell.title = text.length > 12 ? shown(text, HOVER_LENGTH) : "";
    }
  }

  /** @param {string} size @param {number} row */
  arrayText(size, row) {
    if (!size) return "";
    const live = this.liveChildrenAt(row);
    return live === undefined ? `× ${shown(size)}` : `× ${shown(size)}, ${live} live`;
  }

  /** @param {number} row */
  arrayHint(row) {
    const live = this.liveChildrenAt(row);
    return live === undefined ? "An array. How many of its children live is not in this table; the plan looks." : `An array, of which ${plural(live, "child lives", "children live")}.`;
  }

  /**
   * How many children of an array live: by the plan, which looked last, or by the table.
   * @param {number} row
   */
  liveChildrenAt(row) {
    const planned = this.liveChildren.get(this.jobIdAt(row));
    const listed = this.store.columns.find((column) => column.role === "live")?.text(row);
    return planned ?? (listed ? Number(listed) : undefined);
  }

  get liveChildren() {
    if (this.store.state.plan) this.childrenKnown = new Map(this.store.state.plan.children);
    return this.childrenKnown ?? new Map();
  }

  /** @param {number} row */
  jobIdAt(row) {
    return this.store.columns.find((column) => column.role === "id")?.text(row) ?? "";
  }

  // Mouse and keys

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".bnb-row"));
    if (!row) return;
    const at = Number(row.dataset.at);
    this.store.ui.activeRow = at;
    this.store.ui.activeColumn = [...row.children].findIndex((cell) => cell.contains(target));
    if (target.classList.contains("bnb-id")) this.copyId(at);
    else if (event.shiftKey) this.store.range(at, event.ctrlKey || event.metaKey || target.closest(".bnb-tick") !== null);
    else if (event.ctrlKey || event.metaKey || target.closest(".bnb-tick")) this.store.toggle(at);
    else this.store.only(at);
    this.refuse(at);
    this.showActive();
  }

  /** Say why a row cannot be selected, to whoever tries. @param {number} at */
  refuse(at) {
    const lock = this.store.locks[this.store.shownRows[at]];
    if (lock) this.say(`This job cannot be selected: it ${LOCKS[lock]}.`);
    else if (this.store.isFrozen) this.say("The selection is fixed until this is over.");
  }

  /** @param {"all" | "none" | "invert"} how */
  bulk(how) {
    if (how !== "none" && this.store.loading) this.refuseLoading("");
    else this.store.bulk(how);
  }

  /** @param {string} more */
  refuseLoading(more) {
    this.refused = true;
    this.say(`${this.store.loading} ${more}`);
  }

  toggleAll() {
    const { store } = this;
    const { inSight, selectable } = store.tally;
    this.bulk(selectable && inSight === selectable && !store.isPartial ? "none" : "all");
  }

  focused() {
    if (this.store.ui.activeRow < 0 && this.store.shownRows.length) this.store.ui.activeRow = Math.floor(this.virtualTop / ROW_HEIGHT);
    this.showActive();
  }

  /** @param {KeyboardEvent} event */
  keyInGrid(event) {
    const { ui, shownRows } = this.store;
    const page = Math.max(1, Math.floor(this.height / ROW_HEIGHT) - 1);
    const [last, columns] = [shownRows.length - 1, this.shownColumns.length];
    const command = event.ctrlKey || event.metaKey;
    const row = ui.activeRow;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.moveTo(row + 1, ui.activeColumn, event.shiftKey),
      ArrowUp: () => this.moveTo(row - 1, ui.activeColumn, event.shiftKey),
      PageDown: () => this.moveTo(Math.min(last, row + page), ui.activeColumn, event.shiftKey),
      PageUp: () => this.moveTo(Math.max(0, row - page), ui.activeColumn, event.shiftKey),
      ArrowLeft: () => (event.altKey ? this.widen(-16) : this.moveTo(row, ui.activeColumn - 1, false)),
      ArrowRight: () => (event.altKey ? this.widen(16) : this.moveTo(row, ui.activeColumn + 1, false)),
      Home: () => (command ? this.moveTo(0, ui.activeColumn, event.shiftKey) : this.moveTo(row, 0, false)),
      End: () => (command ? this.moveTo(last, ui.activeColumn, event.shiftKey) : this.moveTo(row, columns, false)),
      " ": () => this.spaceAt(row, event.shiftKey),
      Enter: () => this.enterAt(row, event.shiftKey),
      a: () => command && this.bulk("all"),
      z: () => command && this.store.undo(),
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = (key === "a" || key === "z") && !command ? undefined : keys[key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** The row -1 is the titles. @param {number} row @param {number} column @param {boolean} extend */
  moveTo(row, column, extend) {
    const { ui, shownRows } = this.store;
    const from = ui.activeRow;
    ui.activeRow = Math.max(-1, Math.min(row, shownRows.length - 1));
    ui.activeColumn = Math.max(0, Math.min(column, this.shownColumns.length));
    if (extend && ui.activeRow >= 0) {
      if (ui.anchor < 0) ui.anchor = Math.max(0, from);
      this.store.range(ui.activeRow, false);
    } else if (!extend && ui.activeRow !== from) ui.anchor = ui.activeRow;
    this.reveal(ui.activeRow);
    this.refuse(ui.activeRow);
  }

  /** @param {number} row */
  reveal(row) {
    const top = Math.max(0, row) * ROW_HEIGHT;
    if (top < this.virtualTop) this.scrollTo(top);
    else if (top + ROW_HEIGHT > this.virtualTop + this.height) this.scrollTo(top + ROW_HEIGHT - this.height);
    this.showActive();
    const cell = this.activeCell();
    if (cell) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} row @param {boolean} extend */
  spaceAt(row, extend) {
    if (row < 0) this.enterAt(row, extend);
    else if (extend) this.store.range(row, false);
    else this.store.toggle(row);
    this.refuse(row);
  }

  /** @param {number} row @param {boolean} more */
  enterAt(row, more) {
    const column = this.shownColumns[this.store.ui.activeColumn - 1];
    if (row < 0 && column) this.sortBy(this.store.columns.indexOf(column), more);
    else if (row < 0) this.toggleAll();
    else if (column?.role === "id") this.copyId(row);
  }

  /** @param {number} by */
  widen(by) {
    const column = this.shownColumns[this.store.ui.activeColumn - 1];
    if (column) this.setWidth(column, (this.activeCell()?.offsetWidth ?? this.widthOf(column)) + by);
  }

  activeCell() {
    const { activeRow, activeColumn } = this.store.ui;
    const id = activeRow < 0 ? `${this.id}-h${activeColumn}` : `${this.id}-c${activeRow}-${activeColumn}`;
    return /** @type {HTMLElement | null} */ (this.root.querySelector(`[id="${id}"]`));
  }

  showActive() {
    this.root.querySelectorAll(".bnb-active").forEach((cell) => cell.classList.remove("bnb-active"));
    const cell = this.activeCell();
    cell?.classList.add("bnb-active");
    if (cell) this.grid.setAttribute("aria-activedescendant", cell.id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  copyId(at) {
    const jobId = this.jobIdAt(this.store.shownRows[at]);
    this.copy(jobId, `Job id ${shortId(jobId)} copied.`);
  }

  async copyCell() {
    const answer = await this.store.ask("cell", ...this.store.selection());
    if (answer.ok) await this.copy(answer.text, "The cell is in the clipboard.");
  }

  /** @param {string} text @param {string} said */
  async copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(said);
      this.flash(said);
    } catch {
      this.offer(text);
    }
  }

  /** Where a page may not write to the clipboard, the person may. @param {string} text */
  offer(text) {
    const area = element("textarea", { class: "bnb-copy", readonly: true, rows: "6", "aria-label": "Copy this text" });
    area.value = text;
    this.waiting.replaceChildren("Copy this text: ", button("Close", () => this.showState()), area);
    area.focus();
    area.select();
  }

  /** @param {string} text */
  flash(text) {
    this.waiting.replaceChildren(text);
    window.setTimeout(() => this.showWaiting(), 2500);
  }

  /** @param {string} text */
  say(text) {
    this.live.textContent = text;
  }

  // Around the table

  showFacets() {
    const { store } = this;
    const open = new Set([...this.facets.querySelectorAll("details[open]")].map((one) => /** @type {HTMLElement} */ (one).dataset.facet));
    const focused = this.facets.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.key : undefined;
    const groups = store.facetColumns().map(([name, column]) => {
      const counts = [...(store.counts.get(name) ?? [])].filter(([code, count]) => (count || store.ui.facets.get(name)?.has(code)) && column.word(code));
      if (name !== "status") counts.sort((a, b) => b[1] - a[1]);
      const chips = counts.map(([code, count]) => this.chip(name, code, column.word(code), count));
      const label = name === "fate" ? "Result" : column.title;
      const rest = chips.splice(CHIPS);
      const more = rest.length ? element("details", { class: "bnb-more", "data-facet": name, open: open.has(name) }, [element("summary", { class: "bnb-chip" }, [`${rest.length} more`]), element("div", { class: "bnb-menu" }, rest)]) : null;
      return element("div", { class: "bnb-facet", role: "group", "aria-label": `Filter by ${shown(label, 60)}` }, [...chips, more]);
    });
    this.facets.replaceChildren(...groups.filter((group) => group.childElementCount));
    const again = focused && [...this.facets.querySelectorAll("button")].find((chip) => chip.dataset.key === focused);
    if (again) again.focus();
  }

  /** @param {string} name @param {number} code @param {string} word @param {number} count */
  chip(name, code, word, count) {
    const on = this.store.ui.facets.get(name)?.has(code) ?? false;
    const chip = button("", () => this.toggleFacet(name, code), { class: "bnb-chip", "aria-pressed": String(on), "data-key": `${name}-${code}`, title: shown(word) });
    chip.replaceChildren(element("span", { class: "bnb-chip-word" }, [shown(word, 40)]), element("span", { class: "bnb-chip-count" }, [count.toLocaleString("en-US")]));
    return chip;
  }

  /** @param {string} name @param {number} code */
  toggleFacet(name, code) {
    const wanted = this.store.ui.facets.get(name) ?? new Set();
    if (!wanted.delete(code)) wanted.add(code);
    this.store.ui.facets.set(name, wanted);
    this.store.ui.top = 0;
    this.store.ui.anchor = this.store.ui.activeRow = -1;
    this.store.refilter();
  }

  showCounts() {
    const { store } = this;
    const { inSight, selectable } = store.tally;
    const out = store.isPartial ? 0 : store.selected - inSight;
    const matching = store.shownRows.length === store.here ? "" : `${store.shownRows.length.toLocaleString("en-US")} match · `;
    const match = store.isPartial ? `loading, the first ${store.here.toLocaleString("en-US")} are here · ${matching && `of these, ${matching}`}` : matching;
    const outText = out ? ` (${out.toLocaleString("en-US")} out of sight)` : "";
    this.counts.textContent = store.header ? `${plural(store.rows, "job")} · ${match}${store.selected.toLocaleString("en-US")} selected${outText}` : "";
    const isPartial = store.isPartial;
    this.allButton.textContent = isPartial ? "Select all (loading…)" : `Select all ${selectable.toLocaleString("en-US")}${match ? " that match" : ""}`;
    const frozen = store.isFrozen;
    this.allButton.disabled = frozen || isPartial || !selectable || inSight === selectable;
    this.clearButton.disabled = frozen || !store.selected;
    this.invertButton.disabled = frozen || isPartial || !selectable;
    this.undoButton.hidden = !store.undoable || frozen;
    const state = !inSight ? "none" : inSight === selectable && !isPartial ? "all" : "some";
    this.head.querySelector(".bnb-box")?.setAttribute("data-state", state);
  }

  showForm() {
    const { store } = this;
    const left = REASON_LIMIT - codePoints(store.ui.reason);
    this.left.textContent = `${left.toLocaleString("en-US")}`;
    this.left.title = `${left} ${REASON_SUFFIX}`;
    this.left.classList.toggle("bnb-over", left < 0);
    this.left.setAttribute("aria-label", `${left} ${REASON_SUFFIX}`);
    if (document.activeElement !== this.reasonBox && this.reasonBox.value !== store.ui.reason) this.reasonBox.value = store.ui.reason;
    this.terminate.textContent = store.selected ? `Terminate ${plural(store.selected, "job")}` : "Terminate";
    this.terminate.setAttribute("aria-disabled", String(store.obstacle !== null));
    this.why.textContent = store.header ? (store.obstacle ?? "Shows what would end, and asks once more.") : "";
  }

  submit() {
    const { store } = this;
    if (store.obstacle !== null) {
      this.say(store.obstacle);
      (store.selected && store.state.phase === "idle" ? this.reasonBox : this.terminate).focus();
      return;
    }
    this.mine = true;
    store.ask("plan", ...store.selection());
  }

  showState() {
    const { state } = this.store;
    this.reasons.replaceChildren(...(state.reasons ?? []).map((/** @type {string} */ reason) => element("option", { value: reason })));
    const { lost } = this.store;
    this.refreshButton.disabled = lost !== null || state.phase !== "idle";
    this.copyButton.disabled = lost !== null;
    this.refreshButton.textContent = state.phase === "listing" ? "Refreshing…" : "Refresh";
    this.root.dataset.phase = state.phase;
    this.showNotice();
    this.showWaiting();
    if (state.note && state.note !== this.note) this.say(shown(state.note, 500));
    this.note = state.note;
    this.showResult();
    this.form.hidden = lost !== null || state.phase === "confirming" || state.phase === "running";
    const changed = state.phase !== this.phase || (state.plan?.digest ?? null) !== this.digest || lost !== this.lost;
    this.lost = lost;
    const before = this.phase;
    this.phase = state.phase;
    this.digest = state.plan?.digest ?? null;
    if (changed || !this.panel.firstChild) this.showPanel(before);
    if (state.phase === "running" && lost === null) this.showProgress();
  }

  showNotice() {
    const { error } = this.store.state;
    if ((this.notice.dataset.text ?? "") === (error ?? "")) return;
    this.notice.dataset.text = error ?? "";
    this.notice.replaceChildren(...(error ? [element("span", {}, [shown(error, 1200)]), button("Dismiss", () => this.dismiss())] : []));
  }

  dismiss() {
    this.store.state = { ...this.store.state, error: null };
    this.store.notify("state");
    this.store.ask("dismiss");
  }

  showWaiting() {
    const { store } = this;
    const saved = store.header || !store.slow ? null : store.model.get("_saved");
    const text = store.lost ? "" : (store.slow ? (store.header ? "Waiting for the kernel, which is busy with another cell…" : "Waiting for the kernel. If it is gone, run the cell again.") : store.header ? shown(store.state.note ?? "", 500) : "Loading…");
    this.waiting.replaceChildren(text, ...(saved?.titles ? [savedTable(saved)] : []));
  }

  showResult() {
    const { result, phase } = this.store.state;
    const key = JSON.stringify([result, phase, this.store.lost]);
    if (this.resultShown === key) return;
    this.resultShown = key;
    if (!result || phase === "running" || phase === "confirming") {
      this.result.replaceChildren();
      return;
    }
    const facts = element("details", {}, [element("summary", {}, ["Where, why and how long"]), factList(result.facts)]);
    const all = button("Show all jobs", () => this.showAll());
    const again = result.failures && this.store.lost === null ? button(`Select the ${result.failures === 1 ? "failed job" : plural(result.failures, "failed job")} again`, () => this.store.selectFailed()) : null;
    this.resultTitle = element("p", { class: "bnb-summary", tabindex: "-1" }, [pill(result.ok ? "done" : plural(result.failures, "failure"), result.ok ? "done" : "bad"), ` ${shown(result.summary, 500)}`]);
    const first = result.first ? element("p", { class: "bnb-first" }, [result.failures > 1 ? "The first failure: " : "", shown(result.first, 1200)]) : null;
    this.result.replaceChildren(this.resultTitle, ...(first ? [first] : []), element("div", { class: "bnb-bar" }, [again, all]), facts);
  }

  showAll() {
    this.store.ui.facets.clear();
    this.store.refilter();
  }

  /** @param {string} before */
  showPanel(before) {
    const { state } = this.store;
    const hadFocus = this.mine && (document.activeElement === document.body || this.root.contains(document.activeElement));
    const wasIn = this.panel.contains(document.activeElement);
    this.panel.replaceChildren();
    if (this.store.lost !== null) {
      const box = this.buildLost(this.store.lost);
      if (wasIn) box.focus();
      return;
    }
    if (state.phase === "confirming" && state.plan) {
      const cancel = this.buildConfirmation(state.plan);
      if (hadFocus) cancel.focus();
    } else if (state.phase === "running") {
      const stop = this.buildProgress();
      if (hadFocus) stop.focus();
      this.say("Sending.");
    } else if (hadFocus && before === "running" && state.phase === "idle") {
      this.mine = false;
      this.say(shown(state.result?.summary ?? "", 500));
      this.resultTitle?.focus();
    } else if (hadFocus && before === "confirming" && state.phase === "idle") {
      this.mine = false;
      this.terminate.focus();
    }
  }

  /** @param {string} lost */
  buildLost(lost) {
    const { state, heard } = this.store;
    const seen = state.phase === "running" && state.progress ? ` ${figuresOf(state.progress)}.` : "";
    const box = element("div", { class: "bnb-lost", role: "alert", tabindex: "-1" }, [
      element("p", { class: "bnb-summary" }, [lost]), `What stands here was true at ${utc(heard)}.${seen}`,
    ]);
    this.panel.replaceChildren(box);
    return box;
  }

  /** @param {Json} plan */
  buildConfirmation(plan) {
    const cancel = button("Cancel", () => this.store.ask("cancel"));
    const count = plan.forbidden ? 0 : plan.toEnd;
    const confirm = button(`Terminate ${plural(count, "job")}`, () => this.confirm(plan), { class: "bnb-button bnb-danger", "aria-describedby": `${this.id}-space` });
    this.typed = plan.mustType && count ? element("input", { type: "text", inputmode: "numeric", class: "bnb-typed", id: `${this.id}-typed`, autocomplete: "off", oninput: () => this.checkTyped(plan, confirm) }) : null;
    const typing = this.typed && element("p", {}, [element("label", { for: `${this.id}-typed` }, [`Type ${count} to end so many jobs: `]), this.typed]);
    const where = element("span", { class: `bnb-where ${plan.isLocal ? "bnb-emulator" : "bnb-aws"}` }, [plan.isLocal ? "EMULATOR, not AWS" : "AWS"]);
    const title = element("p", { class: "bnb-question", id: `${this.id}-title` }, [count ? `Terminate ${plural(count, "job")}? ` : plan.forbidden ? "These jobs may not be ended from here. " : "None of these jobs can be ended. ", where]);
    const forbidden = plan.forbidden ? element("p", { class: "bnb-first" }, [shown(plan.forbidden, 1200)]) : null;
    const hint = element("span", { class: "bnb-why", id: `${this.id}-space` }, ["Click, or press Space; Enter does nothing here. Escape leaves."]);
    const box = element("div", {
      class: "bnb-confirm", role: "alertdialog", "aria-labelledby": `${this.id}-title`, "aria-describedby": `${this.id}-facts`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyInConfirmation(event, cancel),
    }, [title, forbidden, factList(plan.facts, `${this.id}-facts`), typing, element("div", { class: "bnb-bar" }, [cancel, count ? confirm : null, count ? hint : null])]);
    this.panel.replaceChildren(box);
    this.checkTyped(plan, confirm);
    return cancel;
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} cancel */
  keyInConfirmation(event, cancel) {
    if (event.key === "Escape") this.store.ask("cancel");
    else if (event.key === "Enter" && event.target !== cancel) event.preventDefault();
    else return;
    if (event.key === "Escape") event.preventDefault();
  }

  /** @param {Json} plan @param {HTMLButtonElement} confirm */
  checkTyped(plan, confirm) {
    confirm.disabled = this.typed !== null && this.typed !== undefined && this.typed.value.replace(/[\s,]/g, "") !== String(plan.toEnd);
  }

  /** @param {Json} plan */
  confirm(plan) {
    this.mine = true;
    this.store.ask("confirm", { digest: plan.digest, typed: this.typed?.value.replace(/[\s,]/g, "") ?? null });
  }

  buildProgress() {
    this.bar = element("progress", { class: "bnb-progress", "aria-label": "Jobs seen to end" });
    this.figures = element("span", { class: "bnb-figures" });
    this.stopButton = button("Stop sending", () => this.store.ask("stop"));
    this.panel.replaceChildren(element("div", { class: "bnb-running" }, [this.bar, this.figures, this.stopButton]));
    return this.stopButton;
  }

  showProgress() {
    const { progress, stopping } = this.store.state;
    if (!progress || !this.bar || !this.figures || !this.stopButton) return;
    this.bar.max = Math.max(1, progress.watched);
    this.bar.value = progress.ended;
    const left = progress.left === null ? "" : ` · about ${duration(progress.left * 1000)} left`;
    this.figures.textContent = `${progress.isStopped ? "Sending is stopped; what was sent is watched · " : ""}${figuresOf(progress)}${left}`;
    const allSent = progress.isStopped || progress.accepted + progress.failed >= progress.toSend;
    this.stopButton.textContent = stopping ? "Stopping…" : allSent ? "Stop watching" : "Stop sending";
    this.stopButton.disabled = stopping;
    if (Date.now() - this.said > 3000) {
      this.said = Date.now();
      this.say(`${progress.ended} of ${progress.watched} jobs have ended, ${progress.failed} failed.`);
    }
  }
}

/** Accepted is not ended, and must not look like it. @param {string} word @param {boolean} failed */
const fateKind = (word, failed) => (failed ? "bad" : word === "sent" || word.startsWith("accepted") ? "starting" : word.startsWith("left out") ? "wanted" : "done");

/** @param {Json} progress */
const figuresOf = (progress) => `${progress.sent} of ${progress.toSend} sent · ${progress.accepted} accepted · ${progress.ended} ended · ${progress.failed} failed`;

/** @param {FateColumn} column @param {number} row */
const fateWord = (column, row) => column.word(column.code(row));

/** @param {string} text @param {string} kind */
function pill(text, kind) {
  return element("span", { class: "bnb-pill", "data-kind": kind }, [shown(text, 40)]);
}

/** @param {[string, string][]} facts @param {string} [id] */
function factList(facts, id) {
  const parts = facts.flatMap(([title, text]) => [element("dt", {}, [shown(title)]), element("dd", {}, [shown(text, 1200)])]);
  return element("dl", { class: "bnb-facts", ...(id ? { id } : {}) }, parts);
}

/** What a notebook kept of the table, where no kernel answers. @param {Json} saved */
function savedTable(saved) {
  const head = element("tr", {}, saved.titles.map((/** @type {string} */ title) => element("th", { scope: "col" }, [shown(title, 60)])));
  const rows = saved.rows.map((/** @type {string[]} */ row) => element("tr", {}, row.map((text) => element("td", {}, [shown(text, 120)]))));
  const caption = element("caption", {}, [shown([saved.result, saved.sentence].filter(Boolean).join(" "), 800)]);
  return element("table", { class: "bnb-saved" }, [caption, element("thead", {}, [head]), element("tbody", {}, rows)]);
}

/** What anywidget asks for: one store for a widget, and a view of it for each output. */
export default function picker() {
  /** @type {Store | null} */ let store = null;
  return {
    /** @param {{model: Model}} context */
    initialize({ model }) {
      store = new Store(model);
      return () => store?.dispose();
    },
    /** @param {{model: Model, el: HTMLElement}} context */
    render({ model, el }) {
      store ??= new Store(model);
      const [shared, view] = [store, new View(store, el)];
      return () => shared.evict(view);
    },
  };
}
