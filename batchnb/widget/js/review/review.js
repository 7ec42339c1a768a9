// @ts-check
// The review in the page: the table of groups, the odd ones marked, and what else has to be known before the yes.
import { button, element, factList } from "../dom.js";
import { plural, shown } from "../text.js";
import { hiddenText, lineParts, outOfSightText, reviewRow, shownRows, spokenReview, takesText, titleText, totalRow } from "./rows.js";
/** @import { Json } from "../types.js" */
/** @import { ReviewRow } from "./rows.js" */

const SHORT = 20;
const LEFT_OUT_JOBS = "that are left out";
const COLUMNS = ["Definition", "Names", "Terminate", "Cancel", "Oldest", "vCPU", "GPU"];

/**
 * What the review can ask for.
 * @typedef {{showJobs(group: number | "dependents" | "left_out", what?: string): void, leaveOut(group: number): void, putBack(): void, addDependents(): void, showSelection(): void, change(): void}} ReviewActions
 */

export class Review {
  isOpen = false;

  /**
   * @param {Json} plan @param {Json} where @param {{selected: number, inSight: number, query: string}} sight
   * @param {string} id @param {ReviewActions} actions
   */
  constructor(plan, where, sight, id, actions) {
    this.plan = plan;
    this.actions = actions;
    this.body = element("tbody");
    this.unmarked = element("p", { class: "bnb-mixed" });
    this.fill();
    const title = element("p", { class: "bnb-question", id: `${id}-title` }, [shown(titleText(plan, where), 200)]);
    const line = element("p", { class: "bnb-line" }, lineParts(plan).map((part, at) => (at % 2 ? element("strong", {}, [part]) : shown(part, 1200))));
    if (!plan.toEnd) line.append(" ", link("Show", () => actions.showJobs("left_out", LEFT_OUT_JOBS), { "aria-label": `Show the jobs ${LEFT_OUT_JOBS}` }));
    this.element = element("div", { class: "bnb-review", tabindex: "0", role: "region", "aria-labelledby": `${id}-title` }, [
      title,
      line,
      plan.toEnd ? this.table() : null,
      plan.mixed ? element("p", { class: "bnb-mixed" }, [shown(plan.mixed, 300)]) : null,
      plan.moreOdd ? this.unmarked : null,
      this.notes(sight),
      element("details", { class: "bnb-facts-more" }, [element("summary", {}, ["All facts of this plan"]), factList(plan.facts)]),
      element("p", { class: "bnb-unseen", id: `${id}-facts` }, [shown(spokenReview(plan, where), 1200)]),
    ]);
  }

  table() {
    const titles = COLUMNS.map((title, at) => element("th", { scope: "col", class: at > 1 ? "bnb-number" : "" }, [title]));
    const total = totalRow(this.plan);
    const together = ["Together", total.names, total.terminate, total.cancel, total.oldest, total.vcpus, total.gpus];
    return element("table", { class: "bnb-groups" }, [
      element("thead", {}, [element("tr", {}, [...titles, element("th", {}, [element("span", { class: "bnb-unseen" }, ["Leave out"])])])]),
      this.body,
      element("tfoot", {}, [element("tr", {}, [...together.map((text, at) => cell(text, at)), element("td")])]),
    ]);
  }

  fill() {
    const { rows, hiddenGroups, hiddenJobs } = shownRows(this.plan, this.isOpen);
    const lines = rows.map((row, at) => this.row({ ...reviewRow(row, this.plan.madeAt, this.isOpen), isSame: rows[at - 1]?.definition === row.definition }, rows.length));
    if (hiddenGroups) {
      const more = this.isOpen ? element("span", {}, [`${hiddenText(hiddenGroups, hiddenJobs)}, in plan.groups`]) : link(hiddenText(hiddenGroups, hiddenJobs), () => this.opened());
      const at = rows.findIndex((row) => row.isMarked);
      lines.splice(at < 0 ? lines.length : at, 0, element("tr", { class: "bnb-more-groups" }, [element("td", { colspan: "8" }, [more])]));
    }
    this.body.replaceChildren(...lines);
    const odd = `${plural(this.plan.moreOdd ?? 0, "more row looks", "more rows look")} different `;
    this.unmarked.replaceChildren(odd, ...(this.isOpen ? [] : [link("Show", () => this.opened(), { "aria-label": `Show ${odd.trim()}` })]));
  }

  open() {
    this.isOpen = true;
    this.fill();
  }

  /** Somebody asks for all rows: what was pressed is gone. */
  opened() {
    this.open();
    this.element.focus();
  }

  /** @param {ReviewRow & {isSame: boolean}} row `isSame` as the one above it, by its definition @param {number} rows how many there are */
  row(row, rows) {
    const names = element("td", { class: "bnb-names" }, [
      link(shown(row.names, 200), () => this.actions.showJobs(row.group), { title: "Shows its jobs", "data-group": row.group }),
      row.more ? element("span", { class: "bnb-dim" }, [` ${row.more}`]) : null,
      row.odd ? element("span", { class: "bnb-odd-why" }, [` ▲ ${shown(row.odd, 300)}`]) : null,
    ]);
    const figures = [row.terminate, row.cancel, row.oldest, row.vcpus, row.gpus].map((text, at) => cell(text, at + 2));
    const out = rows > 1 ? link("Leave out", () => this.actions.leaveOut(row.group), { "aria-label": `Leave out ${shown(row.names, 120)}` }) : null;
    const show = (/** @type {MouseEvent} */ event) => /** @type {HTMLElement} */ (event.target).closest("button") || this.actions.showJobs(row.group);
    return element("tr", { class: `${row.isMarked ? "bnb-marked " : ""}${row.odd ? "bnb-odd" : ""}`, onclick: show }, [
      // A short name is not broken at its hyphen.
      element("th", { scope: "row", class: `${row.definition.length > SHORT ? "" : "bnb-whole"}${row.isSame ? " bnb-same" : ""}` }, [shown(row.definition, 160)]), names, ...figures, element("td", { class: "bnb-act" }, [out]),
    ]);
  }

  /** @param {{selected: number, inSight: number, query: string}} sight */
  notes({ selected, inSight, query }) {
    const { plan, actions } = this;
    const dependents = plan.dependents ? link(plan.dependents === 1 ? "Add it" : "Add them", () => actions.addDependents()) : null;
    const out = outOfSightText(selected, inSight, query);
    const takes = takesText(plan);
    const show = (/** @type {"dependents" | "left_out"} */ part, /** @type {string} */ what, /** @type {string} */ label) => link("Show", () => actions.showJobs(part, what), { "aria-label": label });
    const look = plan.dependents ? show("dependents", "that wait for them", "Show the jobs that wait for them") : null;
    /** @type {[string, (Node | string)[] | null, ...(HTMLElement | null)[]][]} */
    const all = [
      ["Fail with them", plan.dependentsText ? [shown(plan.dependentsText, 400)] : null, dependents, look],
      ["Not looked at", plan.gap ? [shown(plan.gap, 1200)] : null, null],
      ["Out of sight", out ? [out, ...(query.trim() ? [" ", element("code", {}, [shown(query, 80)])] : []), "."] : null, link("Show the selection", () => actions.showSelection())],
      ["Left out", plan.leftOut ? [shown(plan.leftOut, 400)] : null, show("left_out", LEFT_OUT_JOBS, `Show the jobs ${LEFT_OUT_JOBS}`)],
      ["Left out by you", plan.leftOutByYou ? [shown(plan.leftOutByYou, 400), "."] : null, link("Add again", () => actions.putBack())],
      ["Arrays", plan.arrays ? [shown(plan.arrays, 400)] : null, null],
      ["Takes", takes ? [takes] : null, null],
      ...plan.notes.map((/** @type {string} */ note) => ["Note", [shown(note, 1200)], null]),
      ["Reason", [shown(plan.reason, 1200)], link("Change", () => actions.change())],
    ];
    const parts = all.flatMap(([title, text, ...acts]) => (text ? [element("dt", {}, [title]), element("dd", {}, [element("span", {}, text), acts.some(Boolean) ? element("span", { class: "bnb-note-acts" }, acts) : null])] : []));
    return element("dl", { class: "bnb-notes" }, parts);
  }
}

/** @param {string} text @param {number} at */
const cell = (text, at) => element("td", { class: at > 1 ? "bnb-number" : "" }, [text]);

/** @param {string} text @param {() => void} onclick @param {Json} [attributes] */
const link = (text, onclick, attributes = {}) => button(text, onclick, { class: "bnb-link", ...attributes });
