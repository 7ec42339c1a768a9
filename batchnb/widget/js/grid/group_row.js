// @ts-check
// The row of a group: its box, its title, and what there is to say of its jobs.
import { element } from "../dom.js";
import { amountText, partsOf } from "../model/group_figures.js";
import { HOVER_LENGTH, duration, plural, shown } from "../text.js";
/** @import { Amount, GroupFigures } from "../model/group_figures.js" */

/** The figures at the right: what finds each, its unit, and what it is. */
const AMOUNTS = /** @type {const} */ ([
  ["oldest", "", "Created longest ago"],
  ["hours", "h run", "Hours that its jobs have run"],
  ["vcpus", "vCPU", "vCPUs in use"],
  ["gpus", "GPU", "GPUs in use"],
]);

/**
 * What the row of a group shows.
 * @typedef {{title: string, isOpen: boolean, figures: GroupFigures, tally: {inSight: number, selectable: number},
 *   columns: number, isFrozen: boolean}} GroupShown
 */

export function emptyGroup() {
  const tick = element("div", { class: "bnb-td bnb-tick", role: "gridcell", "aria-colindex": 1 }, [element("span", { class: "bnb-box", "aria-hidden": "true" })]);
  const spans = (/** @type {string[]} */ names) => names.map((name) => element("span", { class: `bnb-group-${name}` }));
  const parts = [element("span", { class: "bnb-group-name" }, spans(["arrow", "title", "jobs"])), ...spans(["bar", "parts", ...AMOUNTS.map(([name]) => name)])];
  const cell = element("div", { class: "bnb-td bnb-group-cell", role: "gridcell", "aria-colindex": 2 }, [element("div", { class: "bnb-group-line" }, parts)]);
  cell.querySelector(".bnb-group-arrow")?.setAttribute("aria-hidden", "true");
  cell.querySelector(".bnb-group-bar")?.setAttribute("aria-hidden", "true");
  return element("div", { class: "bnb-row bnb-group", role: "row" }, [tick, cell]);
}

/** @param {HTMLElement} line @param {GroupShown} group */
export function fillGroup(line, { title, isOpen, figures, tally, columns }) {
  const { inSight, selectable } = tally;
  const [tick, cell] = /** @type {HTMLElement[]} */ ([...line.children]);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (cell.querySelector(`.bnb-group-${name}`));
  const state = !inSight ? "none" : inSight >= selectable ? "all" : "some";
  cell.setAttribute("aria-colspan", String(Math.max(columns, 1)));
  line.setAttribute("aria-expanded", String(isOpen));
  line.setAttribute("aria-selected", String(state === "all"));
  line.classList.toggle("bnb-locked", !selectable);
  // What somebody has to look at is not to be overlooked in a group that is closed.
  line.classList.toggle("bnb-failed", figures.failures > 0);
  tick.setAttribute("aria-label", boxText(state, tally));
  tick.title = selectable ? "" : "No job of this group can be selected.";
  tick.querySelector(".bnb-box")?.setAttribute("data-state", state);
  part("arrow").textContent = isOpen ? "▾" : "▸";
  part("title").textContent = shown(title, 120);
  part("title").title = shown(title, HOVER_LENGTH);
  part("jobs").textContent = jobsText(figures);
  const told = partsOf(figures);
  part("bar").replaceChildren(...told.map(({ kind, count }) => barPart(kind, count)));
  const failures = figures.failures ? [`${figures.failures.toLocaleString("en-US")} did not end`] : [];
  part("parts").textContent = [...failures, ...told.map(({ word, count }) => `${count.toLocaleString("en-US")} ${word}`)].join(", ");
  part("parts").title = part("parts").textContent ?? "";
  part("oldest").textContent = Number.isNaN(figures.oldest) ? "–" : `oldest ${duration(Date.now() - figures.oldest)}${figures.undated ? "+" : ""}`;
  part("oldest").title = Number.isNaN(figures.oldest) ? "When these jobs were created is not in the table." : AMOUNTS[0][2];
  for (const [name, unit, what] of AMOUNTS.slice(1)) fillAmount(part(name), figures[/** @type {"hours"} */ (name)], unit, what);
}

/** @param {string} kind @param {number} count */
function barPart(kind, count) {
  const made = element("span", { "data-kind": kind });
  made.style.flexGrow = String(count);
  return made;
}

/** @param {HTMLElement} place @param {Amount} amount @param {string} unit @param {string} what */
function fillAmount(place, amount, unit, what) {
  place.textContent = `${amountText(amount)} ${unit}`;
  place.title = amount.unknown ? `${what}: not known of ${plural(amount.unknown, "job")}.` : `${what}.`;
}

/** How many jobs a group has; of arrays alone, how many children live in them. @param {GroupFigures} figures */
export function jobsText({ jobs, arrays, children, live }) {
  if (!arrays || arrays + children < jobs) return plural(jobs, "job");
  const here = children ? `${plural(children, "child", "children")} in the list` : Number.isNaN(live) ? "" : plural(live, "live child", "live children");
  return [plural(arrays, "array"), here].filter(Boolean).join(", ");
}

/** @param {string} state @param {{inSight: number, selectable: number}} tally */
function boxText(state, { inSight, selectable }) {
  if (!selectable) return "no job of this group can be selected";
  return state === "all" ? "all selected" : state === "none" ? "none selected" : `${inSight} of ${selectable} selected`;
}
