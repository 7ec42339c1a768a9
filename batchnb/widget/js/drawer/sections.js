// @ts-check
// The parts of the drawer that say what a job is: each makes elements of what is known, as text.
import { button, element } from "../dom.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { shown } from "../text.js";
import { UNKNOWN_TEXT, attemptTexts, dependencyText, headlineParts, holdsText, momentTexts, jobNameText, ownerOf } from "./texts.js";
/** @import { Json } from "../types.js" */
/** @import { Details } from "./details.js" */

const DETAIL_LOADING = "Loading…";
/** Fields that every job has, to be waited for. */
const EXPECTED_FIELDS = ["Command", "Image"];
const FIELD_LENGTH = 4100;
const STATUS_SIGNS = /** @type {Record<string, string>} */ ({ SUCCEEDED: "■", FAILED: "■", RUNNING: "●", STARTING: "◐" });

/**
 * What can be asked for in the drawer.
 * @typedef {{details: Details, isWaiting(): boolean, nameOf(job: string): string | null, show(job: string): void, showChild(job: string): void, addTag(key: string, value: string): void,
 *   selectToo(job: string): void, copy(text: string, said: string, beside: HTMLElement): void}} Context
 */

/** @param {string} text @param {string} key by which it gets the focus again @param {(event: MouseEvent) => void} onclick @param {Json} [attributes] */
export const textButton = (text, key, onclick, attributes = {}) => button(text, onclick, { class: "bnb-link", "data-key": key, ...attributes });

/** @param {MouseEvent} event */
const pressedAt = (event) => /** @type {HTMLElement} */ (event.currentTarget);

/** @param {string} title @param {(Node | null)[]} children */
export const detailSection = (title, children) => element("section", { class: "bnb-part" }, [element("h3", {}, [title]), ...children]);

/** Status, how long, which try, and why. @param {string} job @param {Json} told @param {Context} context */
export function detailHead(job, told, context) {
  const status = told.status ?? "";
  const owner = ownerOf(job);
  return [
    element("p", { class: "bnb-headline" }, [
      element("span", { class: "bnb-dot-sign", "data-kind": status.toLowerCase(), "aria-hidden": "true" }, [STATUS_SIGNS[status] ?? "○"]),
      element("span", { class: "bnb-status-word" }, [shown(status || "status not known", 40)]),
      element("span", { class: "bnb-dim" }, [` ${headlineParts(told, Date.now()).join(" · ")}`]),
    ]),
    told.isStopping ? element("p", { class: "bnb-asked" }, ["A request to end it was accepted already."]) : null,
    told.statusReason ? element("p", { class: "bnb-status-reason" }, [shown(told.statusReason, FIELD_LENGTH)]) : null,
    owner ? element("p", { class: "bnb-dim" }, [`${owner.text[0].toUpperCase()}${owner.text.slice(1)}. `, textButton(owner.act, "owner", () => context.show(owner.owner), context.nameOf(owner.owner) === null ? ASKS_KERNEL : {})]) : null,
  ];
}

/** Where to look further. @param {Json | null} details @param {Context} context */
export function detailLinks(details, context) {
  const log = details?.logs.findLast((/** @type {Json} */ one) => one.link);
  const json = context.details.json || details?.json;
  const parts = [
    outsideLink("AWS console ↗", details?.consoleLink),
    outsideLink("CloudWatch ↗", log?.link),
    json ? textButton("Copy as JSON", "json", (event) => context.copy(json, "Copied.", pressedAt(event)), { title: "What DescribeJobs says, without the values of the environment unless they are shown" }) : null,
  ].filter(Boolean);
  return parts.length ? element("p", { class: "bnb-links" }, parts) : null;
}

/** A link to a console, if it is one. @param {string} text @param {string | null | undefined} url */
export function outsideLink(text, url) {
  if (!url?.startsWith("https://")) return null;
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: "Opens in the browser's own AWS session" }, [text]);
}

/** The table of fields. @param {string} job @param {Json | null} details @param {Json} row what the list knows @param {Context} context */
export function detailFields(job, details, row, context) {
  /** @type {[string, [string, string, string][]][]} */
  const all = details ? [...details.fields] : [];
  const has = (/** @type {string} */ title) => all.some(([name]) => name === title);
  if (!details) {
    if (context.isWaiting()) all.push(...EXPECTED_FIELDS.map((title) => /** @type {any} */ ([title, [["", DETAIL_LOADING, ""]]])), ["Holds", [["", DETAIL_LOADING, ""]]]);
    for (const [title, text] of [["Queue", row.queue], ["Definition", row.definition]]) {
      if (text && !has(title)) all.push([title, [["", title === "Definition" ? text.replace(/^.*:job-definition\//, "") : text, text]]]);
    }
  } else {
    const at = all.findIndex(([title]) => !EXPECTED_FIELDS.includes(title));
    all.splice(at < 0 ? all.length : at, 0, ["Holds", [["", holdsText(details), ""]]]);
  }
  const moments = momentTexts(details ?? row).map(([title, text, here]) => /** @type {[string, [string, string, string][]]} */ ([title, [["", text, here]]]));
  const parts = [...all, ...moments].flatMap(([title, lines]) => [element("dt", {}, [shown(title, 60)]), element("dd", { "data-field": title }, lines.map(fieldLine))]);
  const id = element("dd", { "data-field": "Job id" }, [element("span", { class: "bnb-code" }, [shown(job, 60)]), " ", textButton("Copy", "id", (event) => context.copy(job, "Job id copied.", pressedAt(event)))]);
  return element("dl", { class: "bnb-facts bnb-fields" }, [...parts, element("dt", {}, ["Job id"]), id]);
}

/** @param {[string, string, string]} line */
function fieldLine([label, text, title]) {
  return element("div", { class: "bnb-field-line", title: shown(title || text, 1000) }, [
    label ? element("span", { class: "bnb-dim" }, [`${shown(label, 200)} `]) : null, shown(text, FIELD_LENGTH) || UNKNOWN_TEXT,
  ]);
}

/** A child or a node, to be opened by its number. @param {string} job @param {Json | null} details @param {Context} context */
export function detailParts(job, details, context) {
  const count = details?.children ?? details?.nodes ?? 0;
  if (!count) return null;
  const [mark, word] = details?.children ? [":", "child"] : ["#", "node"];
  const input = element("input", { type: "text", inputmode: "numeric", class: "bnb-number-field", "data-key": "child", "aria-label": `Number of the ${word}, 0 to ${count - 1}`, placeholder: `0–${count - 1}` });
  const open = () => {
    const index = Number(input.value.trim() || "0");
    if (Number.isInteger(index) && index >= 0 && index < count) context.showChild(`${job}${mark}${index}`);
    else input.select();
  };
  const act = textButton("Open", "open-child", open, ASKS_KERNEL);
  input.addEventListener("keydown", (event) => event.key === "Enter" && act.click());
  return element("p", { class: "bnb-child" }, [`Open ${word} `, input, " ", act]);
}

/** The attempts. @param {Json | null} details @param {(key: string) => void} load shows a log */
export function detailAttempts(details, load) {
  if (!details?.attempts.length) return null;
  const rows = details.attempts.map((/** @type {Json} */ attempt) => {
    const { number, exit, reason, lasted } = attemptTexts(attempt, Date.now());
    const logs = attempt.logs.map((/** @type {string} */ key) => {
      const label = shown(details.logs.find((/** @type {Json} */ one) => one.key === key)?.label, 100);
      return textButton(label ? `Log of ${label}` : "Log", `log ${key}`, () => load(key), { "aria-label": `Log${label ? ` of ${label}` : ""} of try ${number}`, ...ASKS_KERNEL });
    });
    return element("tr", {}, [
      element("td", { class: "bnb-dim" }, [number]), element("td", {}, [exit]), element("td", { class: "bnb-why-ended" }, [reason]),
      element("td", { class: "bnb-number" }, [lasted]), element("td", { class: "bnb-act" }, logs),
    ]);
  });
  return detailSection("Attempts", [element("table", { class: "bnb-tiny" }, [element("tbody", {}, rows)])]);
}

/** What it waits for, and what waits for it. @param {Json | null} details @param {Context} context */
export function detailDependencies(details, context) {
  if (!details) return null;
  const waits = details.waitsFor.map((/** @type {Json} */ { job, type }, /** @type {number} */ at) => element("div", {}, [
    job ? textButton(context.nameOf(job) ?? shown(job, 60), `waits ${at}`, () => context.show(job), context.nameOf(job) === null ? ASKS_KERNEL : {}) : "",
    type ? element("span", { class: "bnb-dim" }, [` ${dependencyText(type) || shown(type, 40)}`]) : null,
  ]));
  const parts = [
    ...(waits.length ? [element("dt", {}, ["Waits for"]), element("dd", {}, waits)] : []),
    element("dt", {}, ["Needed by"]), element("dd", {}, neededBy(context)),
  ];
  return element("dl", { class: "bnb-facts bnb-fields" }, parts);
}

/** @param {Context} context @returns {(Node | string)[]} */
function neededBy(context) {
  const { needing: found } = context.details;
  if (!found) return [textButton("Look", "look", () => context.details.findNeeding(), { title: "Looks through the waiting jobs of its queue", ...ASKS_KERNEL })];
  if (found.isLoading) return ["Looking through its queue…"];
  const again = textButton("Look again", "look", () => context.details.findNeeding(), ASKS_KERNEL);
  if (found.problem) return [`${shown(found.problem, 600)} `, again];
  const jobs = found.jobs.map(({ job, name, status }, at) => element("div", {}, [
    textButton(jobNameText(name), `needing ${at}`, () => context.show(job), context.nameOf(job) === null ? ASKS_KERNEL : {}), element("span", { class: "bnb-dim" }, [` ${shown(status ?? "", 40)} `]),
    textButton("Select it too", `select ${at}`, () => context.selectToo(job), { "aria-label": `Select ${jobNameText(name)} too`, ...ASKS_KERNEL }),
  ]));
  const more = found.more ? [element("div", { class: "bnb-dim" }, [`and ${found.more.toLocaleString("en-US")} more`])] : [];
  const gap = found.gap ? [element("div", { class: "bnb-dim" }, [shown(found.gap, 1200)])] : [];
  return [...(jobs.length ? jobs : ["No job of its queue waits for it. "]), ...more, ...gap, again];
}

/** @param {Json | null} details @param {Context} context */
export function detailTags(details, context) {
  if (!details?.tags.length) return null;
  const all = details.tags.map((/** @type {[string, string]} */ [key, value]) => button(shown(value ? `${key}=${value}` : key, 200), () => context.addTag(key, value), {
    class: "bnb-tag", "data-key": `tag ${key}`, title: "Adds it to the search",
  }));
  return detailSection("Tags", [element("div", { class: "bnb-tags" }, all)]);
}

/** The environment: its names, and its values once somebody has asked. @param {Json | null} details @param {Context} context */
export function detailEnvironment(details, context) {
  if (!details?.environment.length) return null;
  const { details: { environment: values, isShowing }, details: model } = context;
  const count = details.environment.reduce((/** @type {number} */ sum, /** @type {[string, string[]]} */ [, names]) => sum + names.length, 0);
  const act = values ? textButton("Hide", "environment", () => model.hideEnvironment()) : isShowing ? DETAIL_LOADING : textButton("Show", "environment", () => model.showEnvironment(), { title: "Shows the values, which may be secret", ...ASKS_KERNEL });
  const told = values ?? details.environment.map((/** @type {[string, string[]]} */ [label, names]) => [label, names.map((/** @type {string} */ name) => [name, "••••"])]);
  const lines = told.flatMap((/** @type {[string, [string, string][]]} */ [label, variables]) => [
    ...(label ? [element("div", { class: "bnb-dim" }, [shown(label, 200)])] : []),
    ...variables.map(([name, value]) => element("div", { class: "bnb-code" }, [`${shown(name, 200)}=${shown(value, FIELD_LENGTH)}`])),
  ]);
  return element("details", { class: "bnb-part bnb-environment", "data-fold": "environment" }, [
    element("summary", {}, [`Environment (${count.toLocaleString("en-US")})`]), element("div", {}, [act]), ...lines,
  ]);
}
