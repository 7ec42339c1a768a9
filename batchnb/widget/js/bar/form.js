// @ts-check
// The reason, and the button that asks for a plan to review.
import { button, element, focusAt } from "../dom.js";
import { REASON_LIMIT, codePoints, plural } from "../text.js";
/** @import { Store } from "../model/store.js" */

const TOLD_FROM = 900;

/** What is said of the length of a reason: nothing until it comes near the limit of AWS. @param {number} length in code points */
export function lengthText(length) {
  if (length < TOLD_FROM) return "";
  if (length > REASON_LIMIT) return `${plural(length - REASON_LIMIT, "character")} too long`;
  return `${plural(REASON_LIMIT - length, "character")} left`;
}

export class Form {
  /** Whether something else stands in the bar. */ isAway = false;

  /** @param {Store} store @param {string} id @param {{say(text: string): void, plan(): void}} actions */
  constructor(store, id, actions) {
    this.store = store;
    this.actions = actions;
    this.reasons = element("datalist", { id: `${id}-reasons` });
    this.reason = element("input", {
      type: "text", class: "bnb-reason", id: `${id}-reason`, list: `${id}-reasons`, autocomplete: "off",
      placeholder: "Why, and for which ticket. AWS shows it with each job.", "aria-describedby": `${id}-left ${id}-why`,
      oninput: () => this.setReason(), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.submit(),
    });
    this.left = element("span", { class: "bnb-left", id: `${id}-left` });
    this.review = button("", () => this.submit(), { class: "bnb-button bnb-primary", "aria-describedby": `${id}-why` });
    this.why = element("span", { class: "bnb-why", id: `${id}-why` });
    this.element = element("div", { class: "bnb-form" }, [
      element("label", { for: `${id}-reason` }, ["Reason"]), this.reason, this.left, this.reasons, this.review, this.why,
    ]);
  }

  /** The list is another: what is typed stays, unless the kernel knows better. */
  lay() {
    this.reason.value = this.store.reason;
  }

  show() {
    const { store } = this;
    // A result that nobody has read stands alone, until something is selected again.
    this.element.hidden = this.isAway || (store.result !== null && !store.selection.count);
    const length = codePoints(store.reason);
    this.left.textContent = lengthText(length);
    this.left.classList.toggle("bnb-over", length > REASON_LIMIT);
    if (focusAt(this.reason) !== this.reason && this.reason.value !== store.reason) this.reason.value = store.reason;
    this.review.textContent = store.selection.count ? `Review ${plural(store.selection.count, "job")}` : "Review";
    this.review.setAttribute("aria-disabled", String(store.obstacle !== null));
    this.why.classList.toggle("bnb-amber-text", Boolean(store.state.where?.obstacle));
    this.why.textContent = store.table.header ? (store.obstacle ?? "Nothing ends yet: you review the plan first.") : "";
  }

  showState() {
    const { state, kernel } = this.store;
    this.reasons.replaceChildren(...(state.reasons ?? []).map((/** @type {string} */ reason) => element("option", { value: reason })));
    this.isAway = kernel.lost !== null || !["idle", "listing"].includes(state.phase);
  }

  setReason() {
    this.store.setReason(this.reason.value);
    this.show();
  }

  submit() {
    const { obstacle, selection, state } = this.store;
    if (selection.count && state.phase === "idle" && !this.store.reason.trim()) this.why.textContent = obstacle;
    if (obstacle === null) {
      this.actions.plan();
      return;
    }
    this.actions.say(obstacle);
    (selection.count && state.phase === "idle" ? this.reason : this.review).focus();
  }
}
