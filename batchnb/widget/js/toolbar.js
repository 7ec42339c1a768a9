// @ts-check
// Above the table: the search, the menu of columns, and what can be done to the whole list.
import { ColumnsMenu } from "./columns_menu.js";
import { element } from "./dom.js";
import { SearchHelp, refusalLine, withSuggestion } from "./search_line.js";
import { plural, shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

/** After the last key, an error of the search waits this long. */
const TYPING_MS = 400;

export class Toolbar {
  /** @param {Store} store @param {string} id @param {{say(text: string): void}} actions */
  constructor(store, id, actions) {
    this.store = store;
    this.say = actions.say;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.typing = undefined;
    this.search = element("input", {
      type: "search", class: "bnb-search", "aria-label": "Search the jobs", spellcheck: "false", autocomplete: "off",
      placeholder: "Search: words, status:runnable, name:train-*, age:>6h", "aria-describedby": `${id}-query-error`,
      oninput: () => this.type(), onblur: () => this.settle(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => (event.key === "Enter" || event.key === "ArrowDown") && this.settle(),
    });
    this.error = element("span", { class: "bnb-query-error", id: `${id}-query-error` });
    this.columns = new ColumnsMenu(store, actions.say);
    this.help = new SearchHelp((query) => this.apply(query));
    this.element = element("div", { class: "bnb-bar" }, [this.search, this.help.element, this.columns.element]);
  }

  /** The list has other columns, or shows others. */
  lay() {
    this.search.value = this.store.matches.query;
    this.columns.show();
  }

  showError() {
    const { refusal, query, isStale } = this.store.matches;
    this.error.replaceChildren(...(refusal && !isStale ? refusalLine(refusal, (text) => this.apply(withSuggestion(query, refusal, text))) : []));
  }

  /** Search for what is typed so far; what cannot be read yet has some time to become something. */
  type() {
    const { matches, cursor } = this.store;
    clearTimeout(this.typing);
    matches.type(this.search.value);
    if (matches.isStale) {
      this.typing = setTimeout(() => this.settle(), TYPING_MS);
    } else {
      cursor.rewind();
      this.say(this.found);
    }
    this.store.notify("rows");
  }

  /** The search is as it is meant: show its error, if it has one. */
  settle() {
    const { matches, cursor } = this.store;
    clearTimeout(this.typing);
    if (!matches.isStale) return;
    cursor.rewind();
    this.store.refilter();
    this.say(this.found);
  }

  get found() {
    const { matches, table } = this.store;
    return matches.error ? `Search error. ${shown(matches.error, 300)}` : table.loading ?? plural(matches.rows.length, "job matches", "jobs match");
  }

  /** Search for this, as if it had been typed. @param {string} query */
  apply(query) {
    this.search.value = query;
    this.type();
    this.settle();
    this.search.focus();
  }
}
