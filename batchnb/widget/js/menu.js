// @ts-check
// A button that opens a menu: Escape and a press elsewhere close it, and the focus goes back to the button.
import { element } from "./dom.js";
/** @import { Json } from "./types.js" */

/**
 * @param {{summary: HTMLElement, content: HTMLElement, class: string}} parts @param {Json} [attributes]
 * @returns {HTMLDetailsElement}
 */
export function menuOf({ summary, content, class: kind }, attributes = {}) {
  const menu = element("details", {
    class: kind,
    onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && menu.open && close(event),
    onfocusout: (/** @type {FocusEvent} */ event) => event.relatedTarget && !menu.contains(/** @type {Node} */ (event.relatedTarget)) && menu.removeAttribute("open"),
    ontoggle: () => menu.open && document.addEventListener("pointerdown", elsewhere),
    ...attributes,
  }, [summary, content]);
  // A press beside what is in it gives it the focus; a notebook would give it to the cell, and the menu would close.
  content.tabIndex = -1;
  const close = (/** @type {Event} */ event) => {
    event.preventDefault();
    menu.open = false;
    summary.focus();
  };
  const elsewhere = (/** @type {Event} */ event) => {
    if (menu.open && event.composedPath().includes(menu)) return;
    menu.open = false;
    document.removeEventListener("pointerdown", elsewhere);
  };
  return menu;
}
