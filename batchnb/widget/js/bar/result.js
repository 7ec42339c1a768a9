// @ts-check
// The result of a run: the headline, the figures, a line for each cause, and the next steps.
import { button, element, factList } from "../dom.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { duration, plural, shown } from "../text.js";
import { resultFigures } from "./machine.js";
import { figureSpans, meter } from "./meter.js";
/** @import { Store } from "../model/store.js" */
/** @import { Json } from "../types.js" */

/** What the button of a cause asks for. */
const ACTIONS = /** @type {Record<string, string>} */ ({ watch: "watch", untouched: "review_untouched" });

/** How many jobs a cause is about, and what became of them. */
const CAUSE = /^([\d,]+ [^:]{1,40}:)(.*)$/s;

/** What is said aloud at the end of a run. @param {Json | null} result */
export function spokenResult(result) {
  if (!result) return "";
  if (!result.isStopped) return shown(result.headline, 500);
  return `Stopped by you. ${result.ended.toLocaleString("en-US")} ended, ${result.untouched.toLocaleString("en-US")} untouched.`;
}

export class Result {
  /** The headline. @type {HTMLElement | undefined} */ title;
  /** The values that are shown, to skip a rebuild without a change. @type {string | undefined} */ key;

  /** @param {Store} store @param {{begin(kind: string): void, copyTicket(beside: HTMLElement): void}} actions */
  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
    this.element = element("div", { class: "bnb-result" });
  }

  show() {
    const { result, state: { phase } } = this.store;
    const key = JSON.stringify([result, phase]);
    if (this.key === key) return;
    this.key = key;
    const isAway = phase === "running" || phase === "confirming" || phase === "planning";
    this.element.replaceChildren(...(result && !isAway ? this.parts(result) : []));
  }

  /** @param {Json} result */
  parts(result) {
    this.title = element("p", { class: "bnb-summary", tabindex: "-1" }, [shown(result.headline, 300)]);
    const bar = meter();
    bar.show(result.ended, 0, result.watched, result.failures);
    return [
      element("div", { class: "bnb-run-head" }, [this.title, element("span", { class: "bnb-run-left" }, [`took ${duration(result.seconds * 1000)}`])]),
      bar.element,
      element("p", { class: "bnb-figures" }, figureSpans(resultFigures(result))),
      ...result.causes.map((/** @type {Json} */ cause) => this.cause(cause)),
      result.newJobs ? line(result.newJobs, "", result.newcomers ? button("Review them", () => this.actions.begin("review_newcomers"), { class: "bnb-link", ...ASKS_KERNEL }) : null) : "",
      element("div", { class: "bnb-bar" }, [...this.buttons(result), result.runId ? element("span", { class: "bnb-plan" }, [`Run ${shown(result.runId, 60)}`]) : null]),
      element("details", {}, [element("summary", {}, ["Where, why and how long"]), factList(result.facts)]),
    ];
  }

  /** What kept jobs from ending, and what can be done about it. @param {Json} cause */
  cause({ text, details, action, label }) {
    const kind = ACTIONS[action];
    return line(text, details, kind ? button(shown(label, 60), () => this.actions.begin(kind), { class: "bnb-link", ...ASKS_KERNEL }) : null);
  }

  /** @param {Json} result */
  buttons({ untouched, failures, isStopped }) {
    const { store, actions } = this;
    const first = { class: "bnb-button bnb-primary", ...ASKS_KERNEL };
    const some = (/** @type {number} */ count) => count.toLocaleString("en-US");
    const isFirst = isStopped && untouched > 0;
    const ticket = button("Copy for the ticket", () => actions.copyTicket(ticket), ASKS_KERNEL);
    return [
      isFirst ? button(`Review the ${some(untouched)} untouched`, () => actions.begin("review_untouched"), first) : null,
      failures ? button(`Select the ${some(failures)} that did not end`, () => store.selectFailed(), isFirst ? ASKS_KERNEL : first) : null,
      ticket,
      button(`Show all ${plural(store.table.rows, "job")}`, () => store.showAll()),
      button("Done", () => store.finish()),
    ];
  }
}

/** One line, with the raw words behind it, and a button. @param {string} text @param {string} details @param {HTMLElement | null} act */
function line(text, details, act) {
  const more = details ? element("details", { class: "bnb-details" }, [element("summary", {}, ["Details"]), shown(details, 1200)]) : null;
  const [, head = "", rest] = CAUSE.exec(text) ?? [null, "", text];
  return element("div", { class: "bnb-cause" }, [head ? element("strong", {}, [head]) : null, shown(rest, 1200), act ? " " : null, act, more]);
}
