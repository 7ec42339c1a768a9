// @ts-check
// The review of a plan: what it would do, the way back, and the one button that ends jobs.
import { button, element, factList } from "../dom.js";
import { plural, shown } from "../text.js";
import { digitsOf, wrongNumber } from "./number.js";
import { QUIET_MS, Trigger } from "./trigger.js";
/** @import { Json } from "../types.js" */

const HINT = "Click, or press Space; Enter does nothing here.";

export class Confirmation {
  trigger = new Trigger();

  /**
   * @param {Json} plan @param {string} id
   * @param {{cancel(): void, confirm(typed: string | null): void}} actions
   */
  constructor(plan, id, actions) {
    this.plan = plan;
    this.actions = actions;
    const count = plan.forbidden ? 0 : plan.toEnd;
    this.back = button("Back", () => actions.cancel());
    this.hint = element("span", { class: "bnb-why", id: `${id}-space`, role: "status" }, [HINT]);
    this.typed = plan.mustType && count ? element("input", {
      type: "text", inputmode: "numeric", class: "bnb-typed", id: `${id}-typed`, autocomplete: "off",
      oninput: () => this.check(), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.tell("Press the button, or Tab and Space."),
    }) : null;
    const typing = this.typed && element("label", { for: `${id}-typed` }, ["Type ", element("strong", {}, [String(count)]), " to confirm ", this.typed]);
    this.final = button(`Terminate ${plural(count, "job")}`, (event) => this.pressed(event), {
      class: "bnb-button bnb-danger", "aria-describedby": `${id}-space`, onpointerdown: () => this.trigger.press(),
    });
    this.element = element("div", {
      class: "bnb-confirm", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-facts`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyed(event),
    }, [
      this.title(count, `${id}-title`),
      plan.forbidden ? element("p", { class: "bnb-first" }, [shown(plan.forbidden, 1200)]) : null,
      factList(plan.facts, `${id}-facts`),
      element("div", { class: "bnb-bar" }, [
        this.back, typing, count ? this.final : null, count ? this.hint : null,
        element("span", { class: "bnb-plan" }, [`Plan ${shown(plan.digestShown ?? plan.digest, 20)}`]),
      ]),
    ]);
    this.check();
    setTimeout(() => this.check(), QUIET_MS);
  }

  /** @param {number} count @param {string} id */
  title(count, id) {
    const { forbidden, isLocal } = this.plan;
    const where = element("span", { class: `bnb-where ${isLocal ? "bnb-emulator" : "bnb-aws"}` }, [isLocal ? "EMULATOR, not AWS" : "AWS"]);
    const question = count ? `Terminate ${plural(count, "job")}? ` : forbidden ? "These jobs may not be ended from here. " : "None of these jobs can be ended. ";
    return element("p", { class: "bnb-question", id }, [question, where]);
  }

  get wrong() {
    return this.typed && wrongNumber(this.typed.value, this.plan.toEnd);
  }

  /** Show whether the final button would do something. */
  check() {
    this.final.setAttribute("aria-disabled", String(this.wrong !== null || !this.trigger.isReady));
    this.hint.textContent = HINT;
  }

  /** @param {string} text */
  tell(text) {
    this.hint.textContent = text;
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    const { wrong } = this;
    if (!this.trigger.counts(event)) return;
    if (wrong) this.tell(wrong);
    else this.actions.confirm(this.typed && digitsOf(this.typed.value));
  }

  /** Enter ends no job, on whichever part it is pressed. @param {KeyboardEvent} event */
  keyed(event) {
    if (event.key === "Escape") this.actions.cancel();
    if (event.key === "Escape" || (event.key === "Enter" && event.target !== this.back)) event.preventDefault();
  }
}
