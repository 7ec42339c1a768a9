// @ts-check
// Which keys are the picker's own, and which it leaves to the page around it.

/** With Ctrl or Cmd, what edits text or the selection here, and would do something else to a notebook. */
const EDITS = "acvxyz";

/**
 * Whether a key that was pressed in the picker may be heard by the page: function keys, and commands such as Ctrl+S.
 * Letters would cut cells, and Shift, Ctrl or Alt with Enter would run the cell, and with it begin anew.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 */
export function isForThePage(event) {
  if (/^F\d+$/.test(event.key)) return true;
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  return command && event.key.length === 1 && event.key !== " " && !EDITS.includes(event.key.toLowerCase());
}
