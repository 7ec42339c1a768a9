// @ts-check
// The words of the header strip: where the jobs are, and how old the list is.
/** @import { Json } from "./types.js" */

const OLD_MS = 30 * 60_000;
const BADGES = /** @type {Record<string, string>} */ ({ production: "PRODUCTION", aws: "AWS", emulator: "EMULATOR, not AWS", unknown: "PLACE NOT KNOWN" });

/** @param {Json} where */
export const badgeText = ({ badge }) => (Object.hasOwn(BADGES, badge) ? BADGES[badge] : BADGES.unknown);

/** Account, Region and caller, as far as they are known. @param {Json} where @returns {string[]} */
export const placeParts = ({ account, region, caller }) => [account, region, caller].filter(Boolean);

/** How old the list is, and whether that is too old to trust. @param {number | null} listedAt @param {number} now epoch milliseconds */
export function listAge(listedAt, now) {
  if (listedAt === null || listedAt === undefined) return { text: "", isOld: false };
  const age = Math.max(0, now - listedAt);
  const minutes = Math.floor(age / 60_000);
  const isOld = age >= OLD_MS;
  const ago = minutes < 120 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
  return { text: minutes < 1 ? "Listed just now" : `${isOld ? "▲ " : ""}Listed ${ago} ago`, isOld };
}
