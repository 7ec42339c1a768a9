// @ts-check
// The words of the header strip: where the jobs are, who calls, how old the list is, and since when rows are as they are.
import { duration, plural, utc } from "../text.js";
/** @import { Json } from "../types.js" */

const OLD_MS = 30 * 60_000;
const BADGES = /** @type {Record<string, string>} */ ({ production: "PRODUCTION", aws: "AWS", emulator: "EMULATOR, not AWS", unknown: "PLACE NOT KNOWN" });

/** @param {Json} where */
export const badgeText = ({ badge }) => (Object.hasOwn(BADGES, badge) ? BADGES[badge] : BADGES.unknown);

/**
 * The name of the account, its number, the Region and the caller, as far as they are known.
 * @param {Json} where @returns {{text: string, isBold: boolean, isWho: boolean}[]}
 */
export function placeParts({ alias, account, region, caller, isAsking }) {
  const who = caller || (isAsking ? "asking who you are…" : "caller not known");
  const parts = [alias, account, region, who].filter(Boolean);
  return parts.map((text, at) => ({ text, isBold: at === 0 && Boolean(alias || account), isWho: at === parts.length - 1 }));
}

/** What waits behind a button. @param {number} count */
export const newJobsText = (count) => `${plural(count, "new job")} · Show`;

/**
 * Since when rows are as they are: live in a run, as it left them after it, and else as old as the list.
 * @param {{state: Json, result: Json | null, isLost: boolean}} known @param {number} now epoch milliseconds
 */
export function rowsAge({ state, result, isLost }, now) {
  if (!isLost && state.phase === "running" && state.progress) {
    const { elapsed = 0 } = state.progress;
    return { text: `Rows are live · ${elapsed < 90 ? `${Math.round(elapsed)} s` : duration(elapsed * 1000)} so far`, isOld: false };
  }
  if (result?.overAt && ["idle", "listing"].includes(state.phase)) return { text: `Run ${result.isStopped ? "stopped" : "ended"} ${utc(result.overAt).slice(11)}`, isOld: false };
  return listAge(state.where?.listedAt ?? null, now);
}

/** How old the list is, and whether that is too old to trust. @param {number | null} listedAt @param {number} now epoch milliseconds */
export function listAge(listedAt, now) {
  if (listedAt === null || listedAt === undefined) return { text: "", isOld: false };
  const age = Math.max(0, now - listedAt);
  const minutes = Math.floor(age / 60_000);
  const isOld = age >= OLD_MS;
  const ago = minutes < 120 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
  return { text: minutes < 1 ? "Listed just now" : `${isOld ? "▲ " : ""}Listed ${ago} ago`, isOld };
}
