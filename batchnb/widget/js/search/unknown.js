// @ts-check
// The error for a term whose field cannot be searched: unknown, not in this list, or not meant as a field.
import { asCode, inQuotes } from "./refusal.js";
import { isField } from "./schema.js";
import { asName } from "./typed.js";
/** @import { Field } from "./fields.js" */
/** @import { QueryPart } from "./reader.js" */
/** @import { Schema, Unresolved } from "./schema.js" */
/** @import { TypedTerm } from "./typed.js" */

/** Whether a name ends in the sign that excludes in other languages, as in `status!=running`. @param {QueryPart} name */
export function endsInBang(name) {
  const last = name.atoms.at(-1);
  return last?.char === "!" && !last.isQuoted;
}

/**
 * Why this is not a field with values. `sign` is what follows its name.
 * @param {Field | Unresolved} resolved @param {string} sign @param {QueryPart} name @param {TypedTerm} typed @param {Schema} schema
 */
export function refusedField(resolved, sign, name, typed, schema) {
  const itself = `For the text itself: ${asCode(typed.itself)}.`;
  if (!name.text) return refusedWithoutName(sign, typed, itself);
  if (endsInBang(name) && "=:".includes(sign)) {
    const bare = Array.from(name.text).slice(0, -1).join("");
    const meant = `${typed.isExcluded ? "" : "-"}${asName(bare)}:${typed.values.replace(/^=+/, "")}`;
    return typed.refuse("There is no “!”. A “-” in front excludes.", { meant: [meant] });
  }
  if (sign === "=") return refusedEquation(resolved, typed, schema, itself);
  const { why, meant: names } = /** @type {Unresolved} */ (resolved);
  if (why === "absent") return typed.refuse(`${inQuotes(name.text)} is not known in this list.`);
  if (why === "repeated") return typed.refuse(`Several columns are called ${inQuotes(name.text)}; a search cannot tell which is meant.`);
  let meant = names.map((one) => typed.named(one));
  if (!meant.length && /^(?=.*[A-Za-z])[\w-]+:\d+$/.test(typed.inside)) meant = [`${typed.minus}definition:${typed.inside}`];
  const otherwise = `Fields: ${schema.names.join(", ")}. ${itself}`;
  return typed.refuse(`There is no field ${inQuotes(name.text)}.`, { meant, otherwise, offered: [typed.itself] });
}

/** @param {string} sign @param {TypedTerm} typed @param {string} itself */
function refusedWithoutName(sign, typed, itself) {
  if (sign === "=") return typed.refuse("An exact value needs a field.", { meant: [`${typed.minus}name:${typed.inside}`], otherwise: itself });
  if (sign === ":") return typed.refuse(`Say which field before “:”. ${itself}`, { offered: [typed.itself] });
  return typed.refuse(`Compare which field? For example \`age:>6h\`. ${itself}`, { offered: [typed.itself] });
}

/** @param {Field | Unresolved} resolved @param {TypedTerm} typed @param {Schema} schema @param {string} itself */
function refusedEquation(resolved, typed, schema, itself) {
  if (isField(resolved)) {
    const meant = `${typed.minus}${asName(resolved.name)}:${typed.values.replace(/^=+/, "")}`;
    return typed.refuse("There is no “=” between a field and its value.", { meant: [meant] });
  }
  const tag = `${typed.minus}tag:${typed.inside}`;
  if (!isField(schema.resolve("tag", false))) return typed.refuse(`“=” has no meaning here. ${itself}`, { offered: [typed.itself] });
  return typed.refuse(`A tag is ${asCode(tag)}. ${itself}`, { offered: [tag, typed.itself] });
}
