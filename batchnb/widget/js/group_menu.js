// @ts-check
// The menu by which rows are grouped.
import { element } from "./dom.js";
import { plural, shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

/** What many want is one click. */
const PAIR = ["definition", "name stem"];

export class GroupMenu {
  /** @type {{name: string, label: string}[]} */ choices = [];
  /** What is offered in it now. */ key = "";
  secondKey = "";

  /** @param {Store} store @param {string} id @param {{say(text: string): void}} actions */
  constructor(store, id, { say }) {
    this.store = store;
    this.id = id;
    this.say = say;
    this.summary = element("summary", { class: "bnb-button bnb-drop", onclick: (/** @type {Event} */ event) => this.opening(event) }, ["Group"]);
    this.list = element("div", { class: "bnb-group-list" });
    this.then = element("div", { class: "bnb-group-list" });
    this.menu = element("div", { class: "bnb-menu bnb-group-menu", tabindex: "-1", role: "group", "aria-label": "Group by" }, [this.list, this.then]);
    this.element = element("details", {
      class: "bnb-group-by",
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.element.open && this.close(event),
      onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !this.element.contains(/** @type {Node} */ (event.relatedTarget)) && this.element.removeAttribute("open"),
    }, [this.summary, this.menu]);
  }

  /** Before it opens, what there is to group by has to be looked for. @param {Event} event */
  opening(event) {
    if (this.store.table.isPartial) {
      event.preventDefault();
      this.say(String(this.store.table.loading));
    } else if (!this.element.open) this.look();
  }

  /** As the key `g` does. */
  open() {
    if (this.store.table.isPartial) return this.say(String(this.store.table.loading));
    this.look();
    this.element.open = true;
    /** @type {HTMLElement | null} */ (this.menu.querySelector("input:checked") ?? this.menu.querySelector("input"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  close(event) {
    event.preventDefault();
    event.stopPropagation();
    this.element.removeAttribute("open");
    this.summary.focus();
  }

  show() {
    const { groups, table } = this.store;
    const labels = groups.isOn ? groups.levels.map(({ label }) => label.toLowerCase()) : [];
    this.summary.textContent = labels.length ? `Group: ${shown(labels.join(", "), 40)}` : "Group";
    this.summary.title = table.loading ?? "Group the rows (g)";
    this.summary.setAttribute("aria-disabled", String(table.isPartial));
    if (this.element.open) this.fill();
  }

  /** What there is to group by, looked for once each time the menu is opened. */
  look() {
    this.choices = this.store.groups.choices;
    this.fill();
  }

  /** @returns {{by: string[], label: string}[]} */
  get offers() {
    const { choices } = this;
    const known = new Set(choices.map(({ name }) => name));
    const pair = PAIR.every((name) => known.has(name)) ? [{ by: PAIR, label: "Definition, then name stem" }] : [];
    const single = choices.map(({ name, label }) => ({ by: [name], label }));
    const at = single.findIndex(({ by: [name] }) => name === "name stem") + 1;
    return [{ by: [], label: "None" }, ...single.slice(0, at), ...pair, ...single.slice(at)];
  }

  /** What has the focus stays as it is: to take it out of the page and give it back takes longer than to group. */
  fill() {
    const { by } = this.store.groups;
    const { offers, choices } = this;
    const key = JSON.stringify(offers);
    if (key !== this.key) this.list.replaceChildren(...offers.map((one) => this.choice(one)));
    this.key = key;
    const isPair = by.join("\0") === PAIR.join("\0");
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (this.list.querySelectorAll("input"));
    offers.forEach((one, at) => (boxes[at].checked = isPair ? one.by.length === 2 : one.by.length < 2 && one.by[0] === by[0]));
    const second = JSON.stringify([by[0], choices]);
    if (second !== this.secondKey) this.then.replaceChildren(...(by.length ? [this.second(choices)] : []));
    this.secondKey = second;
    const select = this.then.querySelector("select");
    if (!select) return;
    const at = choices.filter(({ name }) => name !== by[0]).findIndex(({ name }) => name === by[1]);
    select.value = at < 0 ? "" : String(at);
  }

  /** @param {{by: string[], label: string}} one */
  choice({ by, label }) {
    return element("label", {}, [element("input", { type: "radio", name: `${this.id}-group`, onchange: () => this.group(by) }), shown(label, 60)]);
  }

  /** A second level, of whatever there is. @param {{name: string, label: string}[]} choices */
  second(choices) {
    const { by } = this.store.groups;
    const others = choices.filter(({ name }) => name !== by[0]);
    const select = element("select", { onchange: () => this.group(select.value ? [by[0], others[Number(select.value)].name] : [by[0]]) }, [
      element("option", { value: "" }, ["nothing"]), ...others.map(({ label }, at) => element("option", { value: String(at) }, [shown(label, 60)])),
    ]);
    return element("label", { class: "bnb-then" }, ["then by ", select]);
  }

  /** @param {string[]} by */
  group(by) {
    const { store } = this;
    store.group(by);
    this.say(store.groups.isOn ? `${plural(store.groups.count, "group")}.` : "The rows are not grouped.");
  }
}
