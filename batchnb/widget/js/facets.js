// @ts-check
// Chips that limit what is shown. A chip writes its term into the search, which alone says what matches.
import { button, element, focusAt } from "./dom.js";
import { AfterPaint } from "./frame/after_paint.js";
import { menuOf } from "./menu.js";
import { withValues, choicesIn, schemaOf } from "./model/facets.js";
import { ALL_RESULTS } from "./model/matches.js";
import { Roving } from "./roving.js";
import { grouped, shown } from "./text.js";
/** @import { Store } from "./model/store.js" */
/** @import { ShownFacet } from "./model/facet_counts.js" */
/** @import { Facet, FacetValue } from "./model/facets.js" */

const CHIPS = 5;
/** Above this number of rows, counting them takes longer than painting them. */
const MANY_TO_COUNT = 2000;
const ROWS = 2;
const MENU_CHIPS = 200;
const STOPS = ":scope > .bnb-chips > .bnb-chip:not(:disabled), :scope > .bnb-more > summary, :scope > .bnb-button:not(:disabled, [hidden])";

export class FacetBar {
  /** The menu that is open, and what is searched for in it. */ open = { name: "", text: "" };
  /** What is shown. */ key = "";
  /** A press beside them closes them. */
  elsewhere = (/** @type {Event} */ event) => {
    const path = event.composedPath();
    if (this.isOpen && !path.includes(this.place) && !path.includes(this.filters)) this.showNarrow(false);
  };

  /** @param {Store} store @param {HTMLElement} below the line below them, of which the buttons share their Tab stop @param {{apply(query: string): void}} actions */
  constructor(store, below, actions) {
    this.store = store;
    this.actions = actions;
    this.element = element("div", { class: "bnb-facets", role: "group", "aria-label": "Filters" });
    /** Where the page is narrow, they are behind this button. */
    this.filters = button("Filters", () => this.showNarrow(!this.isOpen), { class: "bnb-button bnb-drop bnb-filters", "aria-expanded": "false" });
    this.place = element("div", {
      class: "bnb-facets-place", tabindex: "-1",
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.isOpen && this.close(event),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && event.relatedTarget !== this.filters && !this.place.contains(/** @type {Node} */ (event.relatedTarget)) && this.showNarrow(false),
    }, [this.element]);
    document.addEventListener("pointerdown", this.elsewhere);
    this.later = new AfterPaint(() => this.show());
    // Asked for at once, it would cost a layout of the page.
    this.measureLater = new AfterPaint(() => this.resize());
    /** Whether they are behind the button, and closed. */ this.isAway = false;
    this.roving = new Roving([this.element, below], () => [...(this.isAway ? [] : this.element.children), below].map((row) => /** @type {HTMLElement[]} */ ([...row.querySelectorAll(STOPS)])));
  }

  dispose() {
    document.removeEventListener("pointerdown", this.elsewhere);
    this.later.dispose();
    this.measureLater.dispose();
  }

  /** What is counted among many rows comes after these; but the first time before them, so that the list does not move. */
  showSoon() {
    if (this.key && this.store.table.here > MANY_TO_COUNT) this.later.soon();
    else this.show();
  }

  show() {
    const facets = this.facets;
    const key = JSON.stringify([facets.map(({ facet, ...more }) => [facet.name, more]), this.isOff, this.open]);
    if (key === this.key) return;
    this.key = key;
    const focus = /** @type {HTMLElement | null} */ (focusAt(this.element));
    const focused = focus && this.element.contains(focus) ? focus.dataset.key : undefined;
    const rows = facets.slice(0, ROWS).map((one) => this.row(one));
    // Rows are few. What is left over is behind a button each, in the last of them.
    rows.at(-1)?.append(...facets.slice(ROWS).map((one) => this.menu(one, one.values, one.facet.title)));
    this.element.replaceChildren(...rows);
    this.filters.hidden = !rows.length;
    const on = facets.filter(({ values }) => values.some(({ isOn }) => isOn)).length;
    this.filters.textContent = on ? `Filters, ${on} on` : "Filters";
    this.roving.refresh();
    this.measureLater.soon();
    if (focused) /** @type {HTMLElement | undefined} */ ([...this.element.querySelectorAll("[data-key]")].find((one) => /** @type {HTMLElement} */ (one).dataset.key === focused))?.focus();
  }

  get isOpen() {
    return this.element.hasAttribute("data-open");
  }

  /** @param {boolean} isOpen */
  showNarrow(isOpen) {
    this.element.toggleAttribute("data-open", isOpen);
    this.filters.setAttribute("aria-expanded", String(isOpen));
    this.resize();
  }

  /** The page may be narrower now, or wider. */
  resize() {
    this.isAway = !this.isOpen && getComputedStyle(this.filters).display !== "none";
    this.roving.refresh();
  }

  /** @param {KeyboardEvent} event */
  close(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.showNarrow(false);
    this.filters.focus();
  }

  /** After a run, what became of its jobs, and nothing else. */
  get facets() {
    const { matches, result } = this.store;
    const all = matches.facets.shown;
    const results = result === null ? [] : all.filter(({ facet }) => facet.name === "fate");
    return results.length ? results : all;
  }

  /** Whether no chip can be pressed now. */
  get isOff() {
    const { matches } = this.store;
    return matches.error !== null || matches.isStale;
  }

  /** @param {ShownFacet} one */
  row(one) {
    const { facet, values, isTyped, isPending } = one;
    const chips = values.slice(0, CHIPS).map((value) => this.chip(one, value));
    const rest = values.slice(CHIPS);
    return element("div", { class: `bnb-facet${this.isOff || one.isOff ? " bnb-off" : ""}`, role: "group", "aria-label": `Filter by ${shown(facet.title, 60)}` }, [
      element("span", { class: "bnb-facet-title", "aria-hidden": "true" }, [shown(facet.title, 24)]),
      isTyped ? element("span", { class: "bnb-typed-facet", title: "The search has another term for this field." }, ["as typed"]) : null,
      isPending ? element("span", { class: "bnb-chip-count" }, ["counting…"]) : null,
      element("div", { class: "bnb-chips" }, chips),
      rest.length ? this.menu(one, rest, `+${grouped(rest.length)} more`) : null,
    ]);
  }

  /** @param {ShownFacet} one @param {FacetValue} value */
  chip(one, { value, count, isOn }) {
    const isOff = this.isOff || (one.isOff && !isOn);
    return button("", () => this.toggle(one.facet, value), {
      class: "bnb-chip", "aria-pressed": String(isOn), disabled: isOff, "data-key": `${one.facet.name}=${value}`, title: shown(value),
    }, [
      element("span", { class: "bnb-chip-word" }, [shown(value, 60)]), element("span", { class: "bnb-chip-count" }, [grouped(count)]),
    ]);
  }

  /** @param {ShownFacet} one @param {FacetValue[]} values @param {string} title */
  menu(one, values, title) {
    const { name } = one.facet;
    const on = values.filter(({ isOn }) => isOn).length;
    const list = element("div", { class: "bnb-menu-list" });
    const fill = (/** @type {string} */ text) => {
      const found = values.filter(({ value }) => value.toLowerCase().includes(text.trim().toLowerCase()));
      const more = found.length - MENU_CHIPS;
      list.replaceChildren(
        ...found.slice(0, MENU_CHIPS).map((value) => this.chip(one, value)),
        more > 0 ? `${grouped(more)} more: type a part of one.` : found.length ? "" : "None of them.",
      );
    };
    const isOpen = this.open.name === name;
    const search = element("input", { type: "search", "aria-label": `Find in ${shown(one.facet.title, 60)}`, placeholder: "Find", "data-key": `${name}?`, oninput: () => {
      this.open.text = search.value;
      fill(search.value);
    } });
    search.value = isOpen ? this.open.text : "";
    // Hundreds of chips that nobody sees would cost more than the rows.
    if (isOpen) fill(search.value);
    const summary = element("summary", { class: "bnb-chip bnb-drop", "data-key": `${name}+`, ...(on ? { "data-on": true } : {}) }, [`${shown(title, 30)}${on ? `, ${on} on` : ""}`]);
    const menu = menuOf({ class: "bnb-more", summary, content: element("div", { class: "bnb-menu" }, [search, list]) }, { "data-facet": name, open: isOpen });
    menu.addEventListener("toggle", () => {
      // One that was replaced by another of its kind has been open, and is not closed by anybody.
      if (!menu.isConnected) return;
      if (menu.open) {
        this.open = { name, text: search.value };
        if (!list.hasChildNodes()) fill(search.value);
      }
      else if (this.open.name === name) this.open = { name: "", text: "" };
    });
    return menu;
  }

  /** @param {Facet} facet @param {string} value */
  toggle(facet, value) {
    const { matches, table, result } = this.store;
    const [choice] = choicesIn(matches.query, [facet], schemaOf(table));
    const wanted = choice.values.includes(value) ? choice.values.filter((one) => one !== value) : [...choice.values, value];
    this.actions.apply(withValues(matches.query, facet, choice, wanted, facet.name === "fate" && result ? ALL_RESULTS : ""));
  }
}
