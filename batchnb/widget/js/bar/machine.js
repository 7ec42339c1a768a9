// @ts-check
// The one bar: which of its states it is in, and the words of each. What is asked, runs, fails or is over stands there.
import { plural } from "../text.js";
/** @import { Json } from "../types.js" */

/** @typedef {"lost" | "running" | "stopping" | "review" | "planning" | "result" | "idle"} BarState */

/** A confirmation that reaches the kernel later than this is not carried out. The kernel decides. */
export const DEADLINE_S = 10;

/** Requests that a person waits for; the others are sent in the background. */
const ASKED = new Set(["plan", "cancel", "refresh", "cell", "ticket", "leave_out", "put_back", "add_dependents", "review_untouched", "review_newcomers", "watch", "show_new", "about"]);

/**
 * The state of the bar, by what the kernel said last.
 * @param {Json} state
 * @param {{lost: string | null, result: Json | null}} known why nothing can be asked, and a result that nobody has read
 * @returns {BarState}
 */
export function barState(state, { lost, result }) {
  if (lost !== null) return "lost";
  if (state.phase === "running") return state.progress?.isStopped ? "stopping" : "running";
  if (state.phase === "confirming") return state.plan ? "review" : "planning";
  if (state.phase === "planning") return "planning";
  return result ? "result" : "idle";
}

/** What the picker asks by itself, and nobody waits for. */
const UNASKED = new Set(["auto_refresh", "describe", "described", "view"]);

/** What is said while a request waits for a kernel that is busy. @param {string[]} all kinds of the requests that wait */
export function busyText(all) {
  const kinds = all.filter((kind) => !UNASKED.has(kind));
  if (kinds.includes("confirm")) return `The kernel is busy with another cell. If that takes more than ${DEADLINE_S} s, your yes is not used and nothing is ended.`;
  if (kinds.includes("stop")) return "The kernel is busy with another cell. The run goes on until it hears of this.";
  if (kinds.some((kind) => ASKED.has(kind))) return "The kernel is busy with another cell. This starts when that is done.";
  return kinds.length ? "The kernel is busy with another cell. It hears of your selection when that is done." : "";
}

/** How far a plan is. @param {Json | null} planning @param {number} selected jobs */
export function planningText(planning, selected) {
  // Jobs that are to be added are not selected yet.
  if (!selected) return "Looking at the new jobs in AWS…";
  const looked = planning ? Math.min(planning.answered, selected) : 0;
  if (planning?.isThrottled) return `AWS is throttling us. Waiting; ${count(looked)} of ${count(selected)} looked at.`;
  return `Looking at ${plural(selected, "job")} in AWS…${looked ? ` ${count(looked)} of ${count(selected)}` : ""}`;
}

/** @param {Json} progress */
export function runTitle({ jobs, reason, isWatching }) {
  return { title: `${isWatching ? "Watching" : "Ending"} ${plural(jobs, "job")}`, reason: String(reason) };
}

/** @param {number | null} left seconds */
export function leftText(left) {
  if (left === null) return "";
  const seconds = Math.max(1, Math.round(left));
  if (seconds < 90) return `about ${seconds} s left`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min left` : `about ${Math.round(seconds / 3600)} h left`;
}

/** The figures of a run, each with its words. @param {Json} progress @returns {[string, string][]} */
export function runFigures({ ended, stopping, untouched, failed, isStopped, isWatching }) {
  if (isWatching) return [[count(ended), "ended"], [count(stopping), "asked, stopping"]];
  return [
    [count(ended), "ended"],
    [count(stopping), "asked, stopping"],
    [count(untouched), isStopped ? "untouched" : "not asked yet"],
    [count(failed), "failed"],
  ];
}

/** What is said below the figures, or nothing. @param {Json} progress @param {boolean} isPressed whether Stop was pressed, and not yet heard of */
export function runNote({ stopping, isStopped, isThrottled, isWatching, rate }, isPressed) {
  if (isWatching) return isPressed ? "Stopping…" : `Nothing is asked. ${count(stopping)} ${stopping === 1 ? "is watched until it ends" : "are watched until they end"}, for 5 min at most.`;
  if (isStopped) return `Stopping: nothing more is asked. ${count(stopping)} ${stopping === 1 ? "was asked and is" : "were asked and are"} watched until ${stopping === 1 ? "it ends" : "they end"}.`;
  if (isPressed) return "Stopping…";
  if (!isThrottled) return "";
  return rate ? `AWS is throttling us; going on at ${rateText(rate)} a second.` : "AWS is throttling us; going on more slowly.";
}

/** What the button of a run does. @param {Json} progress @param {boolean} isPressed */
export function stopLabel({ untouched, isStopped }, isPressed) {
  if (isPressed && !isStopped) return "Stopping…";
  return isStopped || !untouched ? "Stop watching" : "Stop";
}

/** The figures of a result, each with its words. @param {Json} result @returns {[string, string][]} */
export function resultFigures({ ended, endedBy, untouched, failures, isStopped }) {
  // The headline says how many have ended: what is left to say is how.
  if (!isStopped && !untouched && !failures && endedBy) return [["", endedBy]];
  /** @type {[string, string][]} */
  const figures = [[count(ended), endedBy ? `ended (${endedBy})` : "ended"]];
  if (untouched || isStopped) figures.push([count(untouched), "untouched"]);
  figures.push([count(failures), "failed"]);
  return figures;
}

/** @param {number} rate calls a second */
const rateText = (rate) => (rate < 1 ? "less than 1 call" : plural(Math.round(rate), "call"));

/** @param {number} number */
const count = (number) => number.toLocaleString("en-US");
