// Which keys are the picker's own.
import assert from "node:assert/strict";
import test from "node:test";
import { isForThePage, shortcutOf } from "../../../batchnb/widget/js/keyboard.js";

/** As it is written in a menu. */
const heard = (text) => {
  const parts = text.split("+");
  return isForThePage({ key: parts.at(-1), ctrlKey: parts.includes("Ctrl"), metaKey: parts.includes("Cmd"), altKey: parts.includes("Alt") });
};

test("letters, Enter with whatever, and what edits text are not for the notebook", () => {
  for (const key of ["x", "d", "0", "Enter", "Escape", "Tab", " ", "Shift+Enter", "Ctrl+Enter", "Cmd+Enter", "Alt+Enter", "Ctrl+Home", "Ctrl+ "]) {
    assert.equal(heard(key), false, key);
  }
  for (const letter of "acvxyzAZ") for (const command of ["Ctrl", "Cmd"]) assert.equal(heard(`${command}+${letter}`), false, letter);
  assert.equal(heard("Ctrl+Alt+s"), false);
});

test("other commands and function keys are", () => {
  for (const key of ["Ctrl+s", "Cmd+s", "Ctrl+S", "Ctrl+b", "F1", "F5", "F11"]) assert.equal(heard(key), true, key);
});

test("a letter leads somewhere outside of fields only, and never with Ctrl", () => {
  const at = (key, where = {}, more = {}) => shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }, { isField: false, isSearch: false, ...where });
  assert.deepEqual(["/", "c", "r", "?", "x", "constructor"].map((key) => at(key)), ["search", "columns", "review", "help", null, null]);
  for (const key of ["/", "c", "r", "?"]) {
    assert.equal(at(key, { isField: true }), null, key);
    for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(at(key, {}, { [held]: true }), null, key);
  }
  assert.deepEqual(["ArrowDown", "Enter"].map((key) => at(key, { isField: true, isSearch: true })), ["grid", "grid"]);
  assert.equal(at("Enter", { isField: true }), null);
  assert.deepEqual([at("F6", { isField: true }), at("F6", {}, { shiftKey: true })], ["next", "previous"]);
  assert.equal(heard("F6"), false);
});
