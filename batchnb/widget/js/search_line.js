// @ts-check
// The error line below the search, and the table of examples behind “?”.
import { button, element, factList } from "./dom.js";
import { FIELDS } from "./search/fields.js";
import { spelledOut } from "./search/letters.js";
import { KEYS } from "./strip/keys.js";
import { shown } from "./text.js";
/** @import { QueryError } from "./search/parse.js" */

/** Examples of the search language, each with what it finds. @type {[string, string][]} */
export const SEARCH_EXAMPLES = [
  ["sweep lr", "both words, anywhere in the row, any case"],
  ['"bad input"', "exactly this phrase"],
  ["-prod -queue:live", "not this"],
  ["name:sweep-lr-*", "a pattern for the whole name; case counts"],
  ["status:runnable,pending", "either"],
  ["definition:train-sweep:7", "name, or name:revision"],
  ["age:>6h running:2h..1d", "units: s m h d w"],
  ["vcpu:>4 array:>=2", "numbers"],
  ["tag:team=vision tag:keep", "has this tag"],
  ["name:/^sweep-\\d+$/", "a regular expression"],
  ["is:selected", "what you picked"],
];

const ASKS = " Did you mean ";

/** The search with the wrong part replaced by a suggestion. @param {string} query @param {{start: number, end: number}} place @param {string} suggestion */
export const withSuggestion = (query, { start, end }, suggestion) => query.slice(0, start) + suggestion + query.slice(end);

/**
 * The line that says what is wrong, with a button for each search that could have been meant.
 * @param {QueryError} refusal @param {(suggestion: string) => void} apply @returns {(Node | string)[]}
 */
export function refusalLine(refusal, apply) {
  const [what, question] = refusal.message.split(ASKS, 2);
  const said = element("strong", {}, [shown(what, 300)]);
  if (question === undefined) return [said];
  const meant = refusal.suggestions.map((text) => button(spelledOut(text, 80), () => apply(text), { class: "bnb-link bnb-code" }));
  const last = meant.length - 1;
  return [said, ASKS, ...meant.flatMap((one, at) => [at === 0 ? "" : at === last ? " or " : ", ", one]), "?"];
}

/** The examples, each a button; and the keys of the picker, to which the key `?` leads. */
export class SearchHelp {
  /** @param {(query: string) => void} apply */
  constructor(apply) {
    this.apply = apply;
    this.summary = element("summary", { class: "bnb-button", "aria-label": "How to search", title: "How to search, and the keys (?)", onclick: () => this.element.open || this.turnTo(this.examples) }, ["?"]);
    this.content = element("div", { class: "bnb-menu bnb-examples", tabindex: "-1" });
    this.element = element("details", {
      class: "bnb-help",
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.element.open && this.close(event),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !this.element.contains(/** @type {Node} */ (event.relatedTarget)) && this.element.removeAttribute("open"),
    }, [this.summary, this.content]);
  }

  /** @param {Node[]} parts */
  turnTo(parts) {
    // What is pressed goes, and the focus with it.
    this.content.focus();
    this.content.replaceChildren(...parts);
  }

  /** @returns {Node[]} */
  get examples() {
    const examples = SEARCH_EXAMPLES.flatMap(([query, meaning]) => [
      element("dt", {}, [button(query, () => this.take(query), { class: "bnb-link bnb-code" })]),
      element("dd", {}, [meaning]),
    ]);
    return [
      element("dl", { class: "bnb-facts" }, examples),
      element("p", { class: "bnb-line" }, [`All terms have to match. Fields: ${FIELDS.map(({ name }) => name).join(", ")}. A column’s own title is one, too. Behind a colon, ↓ and Tab take a value of the list.`]),
      button("Keys ▸", () => this.turnTo(this.keys), { class: "bnb-link bnb-turn" }),
    ];
  }

  /** @returns {Node[]} */
  get keys() {
    return [factList(KEYS), button("How to search ▸", () => this.turnTo(this.examples), { class: "bnb-link bnb-turn" })];
  }

  /** Show the keys. */
  open() {
    this.element.open = true;
    this.turnTo(this.keys);
  }

  /** @param {KeyboardEvent} event */
  close(event) {
    event.preventDefault();
    this.element.open = false;
    this.summary.focus();
  }

  /** @param {string} query */
  take(query) {
    this.element.open = false;
    this.apply(query);
  }
}
