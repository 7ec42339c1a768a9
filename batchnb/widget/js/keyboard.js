// @ts-check
// Which keys are the picker's own, and which it leaves to the page around it.

/** With Ctrl or Cmd, what edits text or the selection here, and would do something else to a notebook. */
const EDITS = "acvxyz";
const KINDS = /** @type {const} */ (["keydown", "keyup", "keypress"]);

/**
 * Whether a key that was pressed in the picker may be heard by the page: function keys but F6, and commands such as Ctrl+S.
 * Letters would cut cells, and Shift, Ctrl or Alt with Enter would run the cell, and with it begin anew.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 */
export function isForThePage(event) {
  if (/^F\d+$/.test(event.key)) return event.key !== "F6";
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  return command && event.key.length === 1 && event.key !== " " && !EDITS.includes(event.key.toLowerCase());
}

/** Where each letter leads, pressed outside a field. */
const LETTERS = /** @type {Record<string, Shortcut>} */ ({ "/": "search", c: "columns", g: "groups", r: "review", l: "log", "?": "help" });
/** @typedef {"search" | "columns" | "groups" | "review" | "log" | "help" | "next" | "previous" | "grid"} Shortcut */

/**
 * What a key does wherever it is pressed in the picker, or null. In a field, letters are text.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event
 * @param {{isField: boolean, isSearch: boolean}} where
 * @returns {Shortcut | null}
 */
export function shortcutOf({ key, ctrlKey, metaKey, altKey, shiftKey }, { isField, isSearch }) {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "F6") return shiftKey ? "previous" : "next";
  if (isSearch && !shiftKey && (key === "ArrowDown" || key === "Enter")) return "grid";
  return isField || !Object.hasOwn(LETTERS, key) ? null : LETTERS[key];
}

/** The attribute with which an element keeps the shortcuts of JupyterLab and Notebook 7 off its keys. */
const SUPPRESS = "data-lm-suppress-shortcuts";

/**
 * Keep the keys that are pressed in a host from the page around it, but for those that are meant for it. Some pages
 * listen before the host could stop a key, and look at an attribute; others listen after it.
 * @param {HTMLElement} host @returns {() => void} what ends that
 */
export function guardKeys(host) {
  host.toggleAttribute(SUPPRESS, true);
  const stop = (/** @type {KeyboardEvent} */ event) => isForThePage(event) || event.stopPropagation();
  const prepare = (/** @type {KeyboardEvent} */ event) => {
    if (event.composedPath().includes(host)) host.toggleAttribute(SUPPRESS, !isForThePage(event));
  };
  for (const kind of KINDS) host.addEventListener(kind, stop);
  window.addEventListener("keydown", prepare, true);
  return () => window.removeEventListener("keydown", prepare, true);
}
