// @ts-check
// Which of the jobs of a group is in the drawer, what is said of it there, and the way to the one before and the next one.
import { button, element } from "../dom.js";
import { shown } from "../text.js";

/** The id of a job, its name, and what is said of it: why it is left out, or what it waits for.
 * @typedef {[id: string, name: string, why?: string]} PagedJob */

export class Pager {
  /** @type {PagedJob[]} */ jobs = [];
  /** What they are together. */ what = "";
  at = 0;
  more = 0;

  /** @param {(job: string) => void} open shows a job */
  constructor(open) {
    this.open = open;
    this.where = element("span", { class: "bnb-dim" });
    const step = (/** @type {string} */ text, /** @type {string} */ label, /** @type {1 | -1} */ by) => button(text, () => this.step(by), { class: "bnb-link", "aria-label": label });
    this.steps = element("div", { class: "bnb-pager" }, [this.where, step("‹", "The job before", -1), step("›", "The next job", 1)]);
    this.why = element("p", { class: "bnb-pager-why" });
    this.element = element("div", {}, [this.steps, this.why]);
    this.element.hidden = true;
  }

  get isOn() {
    return this.jobs.length > 1;
  }

  /** @param {PagedJob[]} jobs @param {number} more that there are beside these @param {string} [what] they are together */
  show(jobs, more, what = "of this group") {
    [this.jobs, this.at, this.more, this.what] = [jobs, 0, more, what];
    this.label();
  }

  /** Another job is shown: it may be one of these. @param {string} job its id */
  follow(job) {
    const at = this.jobs.findIndex(([id]) => id === job);
    if (at >= 0) this.at = at;
    this.label(at >= 0);
  }

  /** @param {1 | -1} by */
  step(by) {
    const next = this.jobs[this.at + by];
    if (next) this.open(next[0]);
  }

  /** @param {boolean} [isOne] whether the job that is shown is one of these */
  label(isOne = true) {
    const count = (this.jobs.length + this.more).toLocaleString("en-US");
    const why = isOne ? (this.jobs[this.at]?.[2] ?? "") : "";
    this.steps.hidden = !this.isOn;
    this.element.hidden = !this.isOn && !why;
    this.where.textContent = `${this.at + 1} of ${count} jobs ${this.what}`;
    this.why.textContent = why && `It ${shown(why, 400)}.`;
  }
}
