// @ts-check
// How wide a text is, without a layout of the page.

/** @type {CanvasRenderingContext2D | null} */ let measure = null;
/** @type {Map<string, number>} */ const knownWidths = new Map();
const MOST_KNOWN = 5000;
let measuredFont = "";

/** In pixels, in the font of this element, which is in the page. @param {string} text @param {HTMLElement} element */
export function textWidth(text, element) {
  const known = knownWidths.get(text);
  if (known !== undefined) return known;
  takeFont(element);
  const width = measure ? Math.ceil(measure.measureText(text).width) + 1 : 8 * text.length;
  if (knownWidths.size >= MOST_KNOWN) knownWidths.clear();
  if (measuredFont) knownWidths.set(text, width);
  return width;
}

/** Once: each time that a font is set, the styles of the whole page are looked at. @param {HTMLElement} element */
function takeFont(element) {
  measure ??= document.createElement("canvas").getContext("2d");
  if (measuredFont || !measure || !element.isConnected) return;
  // The whole font is empty where one of its parts has no place in it, such as figures of one width.
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  measuredFont = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  measure.font = measuredFont;
}
