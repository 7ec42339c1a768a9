// @ts-check
// Elements of the page. Text reaches it through textContent and attributes only: whatever a job is called, it is text.
import { shown } from "./text.js";
/** @import { Json } from "./types.js" */

/**
 * An element with attributes, text and children; everything that comes from a job goes through here as text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Json} [attributes] @param {(Node | string | null)[]} [children]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** @param {string} text @param {(event: MouseEvent) => void} onclick @param {Json} [attributes] @param {Node[]} [children] behind the text */
export const button = (text, onclick, attributes = {}, children = []) => element("button", { type: "button", class: "bnb-button", onclick, ...attributes }, [text || null, ...children]);

/** What is said of a job that was seen to end. */
const ENDS = new Set(["ended", "terminated", "cancelled", "succeeded anyway", "ended by another request", "failed by itself"]);

/** Accepted is not ended, and must not look like it. @param {string} word @param {boolean} failed */
export const fateKind = (word, failed) => (failed ? "bad" : ENDS.has(word) ? "done" : word === "not attempted" || word.startsWith("left out") ? "wanted" : "starting");

/** @param {[string, string][]} facts @param {string} [id] */
export function factList(facts, id) {
  const parts = facts.flatMap(([title, text]) => [element("dt", {}, [shown(title)]), element("dd", {}, [shown(text, 1200)])]);
  return element("dl", { class: "bnb-facts", ...(id ? { id } : {}) }, parts);
}

/** What a notebook kept of the table, where no kernel answers. @param {Json} saved */
export function savedTable(saved) {
  const head = element("tr", {}, saved.titles.map((/** @type {string} */ title) => element("th", { scope: "col" }, [shown(title, 60)])));
  const rows = saved.rows.map((/** @type {string[]} */ row) => element("tr", {}, row.map((text) => element("td", {}, [shown(text, 120)]))));
  const caption = element("caption", {}, [shown([saved.result, saved.sentence].filter(Boolean).join(" "), 800)]);
  return element("table", { class: "bnb-saved" }, [caption, element("thead", {}, [head]), element("tbody", {}, rows)]);
}

/** What has the focus, where the element is: in the page, or in a root of its own. @param {Node} node @returns {Element | null} */
export function focusAt(node) {
  const root = /** @type {Document | ShadowRoot} */ (node.getRootNode());
  return root.activeElement ?? null;
}

/** What has the focus in the page, in whichever root it is. */
export function deepFocus() {
  let focus = document.activeElement;
  while (focus?.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement;
  return focus;
}

/** Give the focus to what is around an element: to the cell in a notebook, or else to nothing. @param {HTMLElement} host */
export function focusOutside(host) {
  /** @type {HTMLElement | null} */ (deepFocus())?.blur();
  /** @type {HTMLElement | null | undefined} */ (host.parentElement?.closest("[tabindex]"))?.focus({ preventScroll: true });
}
