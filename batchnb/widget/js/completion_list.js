// @ts-check
// The list below the search while a value is typed. ↓ goes into it and Tab takes; Enter never does.
import { element } from "./dom.js";
import { termFor } from "./search/compose.js";
import { optionsFor, typingAt, withOption } from "./search/completion.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */
/** @import { Option, Typing } from "./search/completion.js" */

const MOST_WORDS = 2000;

export class CompletionList {
  /** @type {Option[]} */ options = [];
  /** @type {Typing | null} */ typing = null;
  /** The option that Tab takes, -1 for none. */ active = -1;

  /** @param {Store} store @param {string} id @param {HTMLInputElement} search @param {(query: string) => void} apply */
  constructor(store, id, search, apply) {
    this.store = store;
    this.id = id;
    this.search = search;
    this.apply = apply;
    this.element = element("ul", { class: "bnb-options", role: "listbox", id: `${id}-options`, "aria-label": "Values", hidden: true });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-options`, "aria-autocomplete": "list" })) search.setAttribute(name, value);
    // Before the search itself hears of the key.
    search.addEventListener("keydown", (event) => this.press(event), { capture: true });
    search.addEventListener("blur", () => this.close());
    search.addEventListener("click", () => this.show());
  }

  /** Look at what is typed now. */
  show() {
    const { value, selectionStart, selectionEnd } = this.search;
    this.typing = selectionStart !== null && selectionStart === selectionEnd ? typingAt(value, selectionStart) : null;
    this.options = this.typing ? optionsFor(this.valuesOf(this.typing.field), this.typing.prefix) : [];
    this.active = -1;
    this.element.replaceChildren(...this.options.map(({ value: text, count }, at) => element("li", {
      class: "bnb-option", role: "option", id: `${this.id}-option-${at}`, "aria-selected": "false",
      // The focus stays in the search.
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => this.take(at),
    }, [element("span", { class: "bnb-chip-word" }, [shown(text, 60)]), element("span", { class: "bnb-chip-count" }, [count ? count.toLocaleString("en-US") : ""])])));
    this.mark();
  }

  close() {
    if (!this.options.length) return;
    this.options = [];
    this.element.replaceChildren();
    this.mark();
  }

  mark() {
    const isOpen = this.options.length > 0;
    this.element.hidden = !isOpen;
    this.search.setAttribute("aria-expanded", String(isOpen));
    if (this.active < 0) this.search.removeAttribute("aria-activedescendant");
    else this.search.setAttribute("aria-activedescendant", `${this.id}-option-${this.active}`);
    [...this.element.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.active)));
    this.element.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.options.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" && this.active >= 0 ? -1 : 0;
    if (step) this.active = Math.max(-1, Math.min(this.options.length - 1, this.active + step));
    else if (event.key === "Tab" && !event.shiftKey && this.active >= 0) this.take(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    this.mark();
  }

  /** @param {number} at */
  take(at) {
    const { typing } = this;
    if (!typing) return;
    const { query, caret } = withOption(this.search.value, typing, this.options[at]);
    this.apply(query);
    this.search.focus();
    this.search.setSelectionRange(caret, caret);
    this.close();
  }

  /** The values of a field, as far as they are few. @param {string} field @returns {Option[]} */
  valuesOf(field) {
    const { table, matches } = this.store;
    if (field === "is") return [{ value: "selected", count: this.store.selection.count, typed: "selected" }];
    const facets = matches.facets.all.filter(({ facet }) => facet.field === field);
    if (facets.length) return facets.flatMap(({ facet, values }) => values.map(({ value, count }) => ({ value: facet.tag === null ? value : `${facet.tag}=${value}`, count, typed: matches.facets.typed(facet, value) })));
    const column = table.columns.find(({ title, kind }) => kind === "text" && title.toLowerCase() === field.toLowerCase());
    if (!column?.codes || column.count > MOST_WORDS) return [];
    return Array.from({ length: column.count }, (_, code) => column.word(code)).filter(Boolean)
      .map((value) => ({ value, count: 0, typed: termFor("x", [value]).slice(2) }));
  }
}
