// @ts-check
// Which of the jobs of a group is in the drawer, and the way to the one before and the next one.
import { button, element } from "../dom.js";

export class Pager {
  /** Ids and names. @type {[string, string][]} */ jobs = [];
  at = 0;
  more = 0;

  /** @param {(job: string) => void} open shows a job */
  constructor(open) {
    this.open = open;
    this.where = element("span", { class: "bnb-dim" });
    const step = (/** @type {string} */ text, /** @type {string} */ label, /** @type {1 | -1} */ by) => button(text, () => this.step(by), { class: "bnb-link", "aria-label": label });
    this.element = element("div", { class: "bnb-pager" }, [this.where, step("‹", "The job before", -1), step("›", "The next job", 1)]);
    this.element.hidden = true;
  }

  get isOn() {
    return this.jobs.length > 1;
  }

  /** @param {[string, string][]} jobs @param {number} more that the group has beside these */
  show(jobs, more) {
    [this.jobs, this.at, this.more] = [jobs, 0, more];
    this.label();
  }

  /** Another job is shown: it may be one of these. @param {string} job its id */
  follow(job) {
    const at = this.jobs.findIndex(([id]) => id === job);
    if (at >= 0) this.at = at;
    this.label();
  }

  /** @param {1 | -1} by */
  step(by) {
    const next = this.jobs[this.at + by];
    if (next) this.open(next[0]);
  }

  label() {
    const count = (this.jobs.length + this.more).toLocaleString("en-US");
    this.element.hidden = !this.isOn;
    this.where.textContent = `${this.at + 1} of ${count} jobs of this group`;
  }
}
