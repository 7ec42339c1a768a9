// @ts-check
// The rows of the review: which groups are shown, in which words, and the sentences around them.
import { duration, plural } from "../text.js";
/** @import { Json } from "../types.js" */

/** The number of groups that are shown before you ask for all. */
export const ROWS_SHOWN = 8;
const NOTHING = "–";
const JOBS_A_SECOND = 50;
const FEW_SECONDS = 10;

/**
 * What stands in a row. `names` is a range of names, with `more` behind it; figures are texts.
 * @typedef {{definition: string, names: string, more: string, terminate: string, cancel: string, oldest: string, vcpus: string,
 *   gpus: string, odd: string, isMarked: boolean, group: number}} ReviewRow
 */

/** @param {Json} row @param {number} madeAt epoch milliseconds @param {boolean} [withOdd] whether what is odd and not marked is said, too @returns {ReviewRow} */
export function reviewRow(row, madeAt, withOdd = false) {
  return {
    definition: row.definition,
    names: row.first === row.last ? row.first || "(no name)" : `${row.first} … ${row.last}`,
    more: moreText(row),
    terminate: figure(row.terminate),
    cancel: figure(row.cancel),
    oldest: ageText(row.oldest, madeAt),
    vcpus: amount(row.vcpus, row.unknown),
    gpus: amount(row.gpus, row.unknown),
    odd: row.isMarked || withOdd ? row.odd : "",
    isMarked: row.isMarked,
    group: row.group,
  };
}

/** The row below all others. @param {Json} plan */
export function totalRow({ toEnd, terminate, cancel, oldest, madeAt, frees }) {
  return {
    names: plural(toEnd, "job"),
    terminate: figure(terminate),
    cancel: figure(cancel),
    oldest: ageText(oldest, madeAt),
    vcpus: atLeast(frees.vcpus, frees.unknown),
    gpus: atLeast(frees.gpus, frees.unknown),
  };
}

/**
 * The groups that are shown, and how many are not. Those that are marked are always there, and the last.
 * @param {Json} plan @param {boolean} isOpen whether somebody asked for all
 * @returns {{rows: Json[], hiddenGroups: number, hiddenJobs: number}}
 */
export function shownRows({ rows, restGroups, restJobs }, isOpen) {
  const alike = byDefinition(rows.filter((/** @type {Json} */ row) => !row.isMarked));
  const marked = rows.filter((/** @type {Json} */ row) => row.isMarked);
  const most = isOpen ? alike.length : Math.max(1, ROWS_SHOWN - marked.length);
  // A line that hides one group is as high as the group.
  const kept = alike.length - most === 1 && !restGroups ? alike.length : most;
  const hidden = alike.slice(kept);
  const jobs = hidden.reduce((/** @type {number} */ sum, /** @type {Json} */ row) => sum + row.jobs, 0);
  return { rows: [...alike.slice(0, kept), ...marked], hiddenGroups: hidden.length + restGroups, hiddenJobs: jobs + restJobs };
}

/** Rows of one definition stand together, where the first of them is. @param {Json[]} rows @returns {Json[]} */
function byDefinition(rows) {
  /** @type {Map<string, Json[]>} */ const together = new Map();
  for (const row of rows) together.set(row.definition, [...(together.get(row.definition) ?? []), row]);
  return [...together.values()].flat();
}

/** @param {number} groups @param {number} jobs */
export const hiddenText = (groups, jobs) => `${plural(groups, "more group")}, ${plural(jobs, "job")}`;

/** The question that the review asks. @param {Json} plan @param {Json} where */
export function titleText({ toEnd, blocked, isProduction }, where) {
  if (!toEnd) return "None of these jobs can be ended.";
  if (blocked.length) return "These jobs cannot be ended from here.";
  const account = where.alias ? `, ${where.alias}` : where.account ? `, account ${where.account}` : "";
  return `Terminate ${plural(toEnd, "job")}${isProduction ? ` in PRODUCTION${account}` : ""}?`;
}

/** What becomes of the jobs, in parts: every second one is strong. @param {Json} plan @returns {string[]} */
export function lineParts({ terminate, cancel, toEnd, nothing, blocked }) {
  if (!toEnd) return [nothing];
  const be = blocked.length ? "would be " : "will be ";
  const parts = [];
  if (terminate) parts.push(`${terminate.toLocaleString("en-US")} ${terminate === 1 ? "has" : "have"} started and ${be}`, "terminated");
  if (cancel) parts.push(`${parts.length ? ". " : ""}${cancel.toLocaleString("en-US")} ${cancel === 1 ? "has" : "have"} not ${terminate ? "" : "started "}and ${be}`, "cancelled");
  if (blocked.length) return [...parts, "."];
  return [...parts, toEnd === 1 ? ". AWS will show it as FAILED." : ". AWS will show all of them as FAILED."];
}

/** What is said beside the final button. @param {Json} plan */
export function oddText({ rows }) {
  const odd = rows.filter((/** @type {Json} */ row) => row.isMarked).reduce((/** @type {number} */ sum, /** @type {Json} */ row) => sum + row.jobs, 0);
  if (!odd) return "";
  return odd === 1 ? "1 odd one out is still in. " : `${odd.toLocaleString("en-US")} odd ones out are still in. `;
}

/**
 * How long it takes, as far as that is known before. What AWS accepts is not documented: it says of all calls of Batch that about
 * 50 a second pass, and a request for 50 jobs may count as 50 calls. @param {Json} plan
 */
export function takesText({ toEnd, terminate, blocked }) {
  if (!toEnd || blocked.length) return "";
  const seconds = toEnd / JOBS_A_SECOND;
  const requests = seconds < FEW_SECONDS ? "a few seconds for the requests" : `about ${roughly(seconds)} for the requests, at ${JOBS_A_SECOND} jobs a second`;
  return `${requests}${terminate ? `; ${terminate === toEnd ? "the" : "running"} jobs then have about 30 s to stop` : ""}.`;
}

/** @param {number} seconds */
function roughly(seconds) {
  if (seconds <= 50) return `${Math.ceil(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? plural(minutes, "minute") : plural(Math.round(seconds / 3600), "hour");
}

/** How many of the selected jobs the search hides. @param {number} selected @param {number} inSight @param {string} query */
export function outOfSightText(selected, inSight, query) {
  const out = selected - inSight;
  if (out <= 0) return "";
  const by = query.trim() ? "your search" : "the filter above the table";
  return `${out.toLocaleString("en-US")} of the ${selected.toLocaleString("en-US")} ${out === 1 ? "does" : "do"} not match ${by}`;
}

/** The review in one sentence, for a screen reader. @param {Json} plan @param {Json} where */
export function spokenReview(plan, where) {
  const odd = plan.rows.filter((/** @type {Json} */ row) => row.isMarked).map((/** @type {Json} */ row) => row.first);
  return [
    `Review. ${titleText(plan, where).replace(/\?$/, ".")}`,
    plan.toEnd ? `${plan.terminate} terminated, ${plan.cancel} cancelled.` : plan.nothing,
    odd.length ? `${plural(odd.length, "odd one")} out: ${odd.join(", ")}.` : "",
    plan.dependents ? `${plural(plan.dependents, "job")} outside ${plan.dependents === 1 ? "fails" : "fail"} with them.` : "",
    ...plan.blocked,
    plan.raised,
  ].filter(Boolean).join(" ");
}

/** @param {Json} row */
function moreText({ jobs, arrays, live }) {
  const children = live ? `, ${plural(live, "live child", "live children")}` : "";
  if (arrays === jobs) return `${plural(jobs, "array")}${children}`;
  if (arrays) return `${jobs.toLocaleString("en-US")}, with ${plural(arrays, "array")}${children}`;
  return jobs > 1 ? jobs.toLocaleString("en-US") : "";
}

/** @param {number} number */
const figure = (number) => (number ? number.toLocaleString("en-US") : NOTHING);

/** What is not known is never shown as 0. @param {number} value @param {number} unknown how many jobs have no figures */
const amount = (value, unknown) => (value ? `${rounded(value)}${unknown ? "+" : ""}` : NOTHING);

/** @param {number} value @param {number} unknown */
const atLeast = (value, unknown) => (unknown ? (value ? `at least ${rounded(value)}` : "not known") : value ? rounded(value) : NOTHING);

/** @param {number} value */
const rounded = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: value < 1000 ? 4 : 12, maximumFractionDigits: 0 === value % 1 ? 0 : 2 });

/** @param {number | null} from @param {number} to epoch milliseconds */
const ageText = (from, to) => (from === null || from > to ? NOTHING : duration(to - from));
