// @ts-check
// The parts of the picker that F6 goes through, in a ring.

const REGION_STOPS = "[tabindex='0'], input, button:not(:disabled), summary";

/**
 * What gets the focus in the next part, or in the one before: the first thing of it that can have it.
 * @param {(Element | null)[]} regions in their order @param {Element | null} focus what has it now @param {1 | -1} step
 * @returns {HTMLElement | undefined}
 */
export function nextStop(regions, focus, step) {
  const places = /** @type {HTMLElement[]} */ (regions.filter(Boolean)).flatMap((region) => {
    const all = [region, ...region.querySelectorAll("input, button, summary")];
    const first = all.find((one) => one.matches(REGION_STOPS) && one.checkVisibility());
    return first ? [{ region, first: /** @type {HTMLElement} */ (first) }] : [];
  });
  const at = places.findIndex(({ region }) => region.contains(focus));
  return places.at((at + step + (at < 0 && step < 0 ? 1 : 0)) % places.length)?.first;
}
