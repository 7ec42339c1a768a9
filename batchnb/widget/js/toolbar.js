// @ts-check
// Above the table: the search, the menu of columns, and what can be done to the whole list.
import { CompletionList } from "./completion_list.js";
import { ColumnsMenu } from "./columns_menu.js";
import { element } from "./dom.js";
import { AfterPaint } from "./frame/after_paint.js";
import { GroupMenu } from "./group_menu.js";
import { SearchHelp, refusalLine, withSuggestion } from "./search_line.js";
import { Roving } from "./roving.js";
import { matchText } from "./tally.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

/** After the last key, an error of the search waits this long. */
const TYPING_MS = 400;

export class Toolbar {
  /** @param {Store} store @param {string} id @param {{say(text: string): void, filters: HTMLElement}} actions `filters` stands among the tools */
  constructor(store, id, actions) {
    this.store = store;
    this.say = actions.say;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.typing = undefined;
    this.search = element("input", {
      type: "search", class: "bnb-search", "aria-label": "Search the jobs", spellcheck: "false", autocomplete: "off",
      placeholder: "Search: words, status:runnable, name:train-*, age:>6h", "aria-describedby": `${id}-query-error`,
      oninput: () => {
        this.type();
        this.completion.show();
      }, onblur: () => this.settle(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => (event.key === "Enter" || (event.key === "ArrowDown" && !event.defaultPrevented)) && this.settle(),
    });
    this.completion = new CompletionList(store, id, this.search, (query) => this.searchFor(query));
    this.error = element("div", { class: "bnb-query-error", id: `${id}-query-error` });
    this.columns = new ColumnsMenu(store, actions.say);
    this.help = new SearchHelp((query) => this.apply(query));
    this.groups = new GroupMenu(store, id, actions);
    this.element = element("div", { class: "bnb-tools" }, [
      element("div", { class: "bnb-field" }, [this.search, element("span", { class: "bnb-slash", "aria-hidden": "true" }, ["/"]), this.completion.element]),
      this.help.element, this.groups.element, this.columns.element, actions.filters,
    ]);
    this.tools = new Roving([this.element], () => [/** @type {HTMLElement[]} */ ([...this.element.querySelectorAll(":scope > details > summary, :scope > button")]).filter((one) => one.checkVisibility())]);
    // Whether one can be seen costs a layout of the page.
    this.toolsLater = new AfterPaint(() => this.tools.refresh());
  }

  dispose() {
    this.toolsLater.dispose();
  }

  /** The list has other columns, or shows others. */
  lay() {
    this.search.value = this.store.matches.query;
    this.columns.show();
    this.toolsLater.soon();
  }

  showError() {
    const { refusal, query, isStale } = this.store.matches;
    this.search.setAttribute("aria-invalid", String(refusal !== null && !isStale));
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
    return matches.error ? `Search error. ${shown(matches.error, 300)}` : matchText({ rows: table.rows, here: table.here, matching: matches.rows.length, isError: false, loading: table.loading }).join(" ").trim();
  }

  /** Search for this, and go on typing. @param {string} query */
  apply(query) {
    this.searchFor(query);
    this.search.focus();
  }

  /** Search for this; the focus stays where it is. @param {string} query */
  searchFor(query) {
    this.search.value = query;
    this.type();
    this.settle();
  }
}
