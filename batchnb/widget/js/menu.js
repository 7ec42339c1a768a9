// @ts-check
// Menus behind buttons: Escape and a press elsewhere close them, and with Escape the focus goes back to the button.
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
    ...attributes,
  }, [summary, content]);
  // A press beside what is in it gives it the focus; a notebook would give it to the cell, and the menu would close.
  content.tabIndex = -1;
  const close = (/** @type {Event} */ event) => {
    event.preventDefault();
    menu.open = false;
    summary.focus();
  };
  return menu;
}

/** Let a press elsewhere close every menu of a picker, wherever in the page it falls. @param {HTMLElement} root @returns {() => void} what ends that */
export function closeByPress(root) {
  const pressed = (/** @type {Event} */ event) => {
    const path = event.composedPath();
    for (const menu of root.querySelectorAll("details[open]:has(> .bnb-menu)")) if (!path.includes(menu)) menu.removeAttribute("open");
  };
  document.addEventListener("pointerdown", pressed, true);
  return () => document.removeEventListener("pointerdown", pressed, true);
}
