// @ts-check
// The review of a plan and the bar below it: the way back, and the one button that ends jobs.
import { button, element } from "../dom.js";
import { oddText } from "../review/rows.js";
import { Review } from "../review/review.js";
import { plural, shown } from "../text.js";
import { digitsOf, wrongNumber } from "./number.js";
import { QUIET_MS, Trigger } from "./trigger.js";
/** @import { ReviewActions } from "../review/review.js" */
/** @import { Json } from "../types.js" */

/** @param {string} text */
const amber = (text) => element("p", { class: "bnb-amber" }, [shown(text, 1200)]);

const HINT = "Click, or press Space; Enter does nothing here.";

export class Confirmation {
  trigger = new Trigger();

  /**
   * @param {Json} plan @param {Json} where @param {{selected: number, inSight: number, query: string}} sight @param {string} id
   * @param {ReviewActions & {cancel(): void, confirm(typed: string | null): void, say(text: string): void}} actions
   */
  constructor(plan, where, sight, id, actions) {
    this.plan = plan;
    this.actions = actions;
    this.review = new Review(plan, where, sight, id, actions);
    const count = plan.blocked.length ? 0 : plan.toEnd;
    this.back = button("Back", () => actions.cancel());
    this.hint = element("span", { class: "bnb-why", id: `${id}-space` }, [this.hintText]);
    this.typed = plan.mustType && count ? element("input", {
      type: "text", inputmode: "numeric", class: "bnb-typed", id: `${id}-typed`, autocomplete: "off",
      oninput: () => this.edited(), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.tell("Press the button, or Tab and Space."),
    }) : null;
    const typing = this.typed && element("label", { for: `${id}-typed` }, ["Type ", element("strong", {}, [String(count)]), " to confirm ", this.typed]);
    this.final = button(`Terminate ${plural(count, "job")}`, (event) => this.pressed(event), {
      class: "bnb-button bnb-danger", "aria-describedby": `${id}-space`, onpointerdown: () => this.trigger.press(),
    });
    this.element = element("div", {
      class: "bnb-confirm", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-facts`,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.keyed(event),
    }, [
      this.review.element,
      // Below the scrolled part: why there is no final button, or which limit the number raises, is always in sight.
      ...(plan.blocked.length ? plan.blocked : [plan.raised]).filter(Boolean).map(amber),
      element("div", { class: "bnb-bar bnb-final-bar" }, [
        this.back, typing, count ? this.final : null, count ? this.hint : null,
        element("span", { class: "bnb-plan" }, [`Plan ${shown(plan.digestShown, 20)}`]),
      ]),
    ]);
    this.check();
    setTimeout(() => this.check(), QUIET_MS);
  }

  get hintText() {
    return `${oddText(this.plan)}${HINT}`;
  }

  get wrong() {
    return this.typed && wrongNumber(this.typed.value, this.plan.toEnd);
  }

  /** Show whether the final button would do something. */
  check() {
    const isOff = this.wrong !== null || !this.trigger.isReady;
    if (this.typed && !isOff && this.final.getAttribute("aria-disabled") === "true") this.actions.say("Number complete. The button is ready.");
    this.final.setAttribute("aria-disabled", String(isOff));
  }

  edited() {
    this.check();
    this.hint.textContent = this.hintText;
  }

  /** @param {string} text */
  tell(text) {
    this.actions.say(text);
    this.hint.textContent = text;
  }

  /** @param {MouseEvent} event */
  pressed(event) {
    const { wrong } = this;
    if (!this.trigger.counts(event)) return;
    if (wrong) this.tell(wrong);
    else this.actions.confirm(this.typed && digitsOf(this.typed.value));
  }

  /** Enter ends no job. It presses what leads back or changes the plan, and nothing else. @param {KeyboardEvent} event */
  keyed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const isSafe = target === this.back || target.matches(".bnb-link, .bnb-drawer button, summary");
    if (event.key === "Enter" && !isSafe) event.preventDefault();
  }
}
