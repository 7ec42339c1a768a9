// @ts-check
// Search terms for a click on a facet's chip or on a tag. A term finds exactly this value, whatever characters it has.
import { asName, asText } from "./typed.js";

/** A value as it has to be typed so that nothing in it has a meaning. @param {string} text */
const asValue = (text) => (/^[\w.@%+][\w.@%+:#-]*$/.test(text) ? text : asText(text));

/**
 * The term that asks for any of these values of a field, whole and in this case. A definition is given as name:revision,
 * a status as AWS's word.
 * @param {string} field @param {string[]} values
 */
export function termFor(field, values) {
  const sign = field === "status" || field === "definition" ? "" : "=";
  const typed = values.map((value) => (field === "status" ? value.toLowerCase() : `${sign}${asValue(value)}`));
  return `${asName(field)}:${typed.join(",")}`;
}

/** The term that asks for a tag with this key and this value. @param {string} key @param {string} value */
export function termForTag(key, value) {
  const quotedKey = /^[\w.@%+-]+$/.test(key) ? key : asText(key);
  return `tag:${quotedKey}==${asValue(value)}`;
}
