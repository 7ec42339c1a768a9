// Which keys are the picker's own.
import assert from "node:assert/strict";
import test from "node:test";
import { isForThePage } from "../../../batchnb/widget/js/keyboard.js";

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
  for (const key of ["Ctrl+s", "Cmd+s", "Ctrl+S", "Ctrl+b", "F1", "F11"]) assert.equal(heard(key), true, key);
});
