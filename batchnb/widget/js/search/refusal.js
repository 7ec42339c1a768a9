// @ts-check
// Why a search cannot be read, in one line, with what could be meant and where it stands.
import { spelledOut } from "./letters.js";

/**
 * What a search lacks: `what` is wrong, then the question which of `meant` it should have been, or `otherwise` where
 * nothing comes to mind. Each of `suggestions` can take the place of `start` to `end`, counted in code points.
 */
export class QueryRefusal extends Error {
  /**
   * @param {string} what @param {number} start @param {number} end
   * @param {{meant?: string[], otherwise?: string, offered?: string[], isUnfinished?: boolean}} [more]
   */
  constructor(what, start, end, { meant = [], otherwise = "", offered = [], isUnfinished = false } = {}) {
    super([what, meant.length ? askedWhich(meant) : otherwise].filter(Boolean).join(" "));
    this.what = what;
    this.start = start;
    this.end = end;
    this.meant = meant;
    this.otherwise = otherwise;
    this.offered = offered;
    this.isUnfinished = isUnfinished;
    this.suggestions = meant.length ? meant : offered;
  }

  /** The same with only those suggestions that can be read themselves. @param {(text: string) => boolean} isReadable */
  keeping(isReadable) {
    const { what, start, end, otherwise, isUnfinished } = this;
    const [meant, offered] = [this.meant.filter(isReadable), this.offered.filter(isReadable)];
    return new QueryRefusal(what, start, end, { meant, otherwise, offered, isUnfinished });
  }
}

/** What could be typed, as a message shows it. @param {string} text */
export const asCode = (text) => `\`${spelledOut(text, 80)}\``;

/** What was typed, as a message repeats it. @param {string} text */
export const inQuotes = (text) => `“${spelledOut(text)}”`;

/** @param {string[]} meant */
function askedWhich(meant) {
  const codes = meant.map(asCode);
  const last = codes.pop();
  return `Did you mean ${codes.join(", ")}${codes.length ? " or " : ""}${last}?`;
}
