// @ts-check
// The log in the drawer: a button that loads it, its lines, and why it cannot be read.
import { element } from "../dom.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { shown } from "../text.js";
import { detailSection, textButton } from "./sections.js";
import { emptyLogText, logLineTexts, logTitle } from "./texts.js";
/** @import { Json } from "../types.js" */
/** @import { Details, LoadedLog } from "./details.js" */

/** @param {Json | null} payload @param {Details} details */
export function logSection(payload, details) {
  if (!payload?.logs.length) return null;
  const { log } = details;
  if (log) return loadedLog(payload, details, log);
  const newest = Math.max(...payload.logs.map((/** @type {Json} */ one) => one.attempt));
  const current = payload.logs.filter((/** @type {Json} */ one) => one.attempt === newest);
  return detailSection("Log", current.map((/** @type {Json} */ one) => element("div", {}, [
    one.problem ? `${one.label ? `${shown(one.label, 100)}: ` : ""}${shown(one.problem, 600)}`
      : textButton(`Load the last 50 lines${one.label ? ` of ${shown(one.label, 100)}` : ""}`, `load ${one.key}`, () => details.loadLog(one.key), ASKS_KERNEL),
  ])));
}

/** @param {Json} payload @param {Details} details @param {LoadedLog} log */
function loadedLog(payload, details, log) {
  const told = payload.logs.find((/** @type {Json} */ one) => one.key === log.key);
  const title = log.at ? logTitle(log, shown(told?.label, 100), told?.attempt ?? 1, payload.attempts.length > 1) : "Log";
  const earlier = log.isLoading ? "Loading…" : log.earlier ? textButton("50 earlier", "earlier", () => details.loadEarlier(), ASKS_KERNEL) : log.lines.length ? "This is the beginning of the log." : "";
  const more = log.problemDetails && log.problemDetails !== log.problem ? element("details", { class: "bnb-details", "data-fold": "log-problem" }, [element("summary", {}, ["Details"]), shown(log.problemDetails, 1200)]) : null;
  return detailSection(title, [
    element("div", { class: "bnb-log-acts" }, [element("span", { class: "bnb-dim" }, [earlier]), log.isLoading ? null : textButton("Load again", "again", () => details.loadLog(log.key), ASKS_KERNEL)]),
    log.problem ? element("p", { class: "bnb-log-problem" }, [shown(log.problem, 600), more]) : null,
    log.problem || log.isLoading ? null : element("p", { class: "bnb-dim" }, [emptyLogText(log)]),
    log.lines.length ? element("div", { class: "bnb-log", tabindex: "0", role: "region", "aria-label": title, "data-key": "lines" }, log.lines.map(logLine)) : null,
  ]);
}

/** @param {[number | null, string]} one */
function logLine(one) {
  const [time, text] = logLineTexts(one);
  return element("div", {}, [time ? element("span", { class: "bnb-dim" }, [`${time} `]) : null, text]);
}
