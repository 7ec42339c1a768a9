// @ts-check
// The one error that the bar says: that of the last request, or else why nothing is described.
/** @import { Store } from "../model/store.js" */

/** What went wrong, the raw words behind it, and the label of the button that tries again, empty for none.
 * @typedef {{text: string, details: string, again: string, isAboutRows: boolean}} Problem `isAboutRows` where nobody pressed anything */

/** @param {Pick<Store, "state" | "describer" | "kernel">} store @returns {Problem | null} */
export function problemOf({ state, describer, kernel }) {
  // That the kernel is gone is said then, and nothing else helps.
  if (kernel.lost !== null) return null;
  const { error, errorDetails: details = "", errorAgain: again = "" } = state;
  if (error) return { text: error, details, again, isAboutRows: false };
  const { failure, read } = describer;
  return failure && failure !== read ? { text: failure, details: "", again: "Try again", isAboutRows: true } : null;
}
