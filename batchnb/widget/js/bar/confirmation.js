// @ts-check
// The question before jobs are ended: what the plan would do, and the number that may have to be typed.
import { button, element, factList } from "../dom.js";
import { plural, shown } from "../text.js";
/** @import { Json } from "../types.js" */

/**
 * Build it. Enter does nothing in it but on Cancel, which is to be focused.
 * @param {Json} plan @param {string} id @param {{cancel(): void, confirm(typed: string | null): void}} actions
 */
export function confirmation(plan, id, actions) {
  const count = plan.forbidden ? 0 : plan.toEnd;
  const wanted = String(plan.toEnd);
  const typed = plan.mustType && count ? element("input", { type: "text", inputmode: "numeric", class: "bnb-typed", id: `${id}-typed`, autocomplete: "off" }) : null;
  const number = () => typed && typed.value.replace(/[\s,]/g, "");
  const cancel = button("Cancel", () => actions.cancel());
  const confirm = button(`Terminate ${plural(count, "job")}`, () => actions.confirm(number()), { class: "bnb-button bnb-danger", "aria-describedby": `${id}-space` });
  confirm.disabled = typed !== null;
  typed?.addEventListener("input", () => (confirm.disabled = number() !== wanted));
  const typing = typed && element("p", {}, [element("label", { for: `${id}-typed` }, [`Type ${count} to end so many jobs: `]), typed]);
  const where = element("span", { class: `bnb-where ${plan.isLocal ? "bnb-emulator" : "bnb-aws"}` }, [plan.isLocal ? "EMULATOR, not AWS" : "AWS"]);
  const question = count ? `Terminate ${plural(count, "job")}? ` : plan.forbidden ? "These jobs may not be ended from here. " : "None of these jobs can be ended. ";
  const forbidden = plan.forbidden ? element("p", { class: "bnb-first" }, [shown(plan.forbidden, 1200)]) : null;
  const hint = element("span", { class: "bnb-why", id: `${id}-space` }, ["Click, or press Space; Enter does nothing here. Escape leaves."]);
  const box = element("div", {
    class: "bnb-confirm", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-facts`,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") actions.cancel();
      if (event.key === "Escape" || (event.key === "Enter" && event.target !== cancel)) event.preventDefault();
    },
  }, [
    element("p", { class: "bnb-question", id: `${id}-title` }, [question, where]), forbidden, factList(plan.facts, `${id}-facts`), typing,
    element("div", { class: "bnb-bar" }, [cancel, count ? confirm : null, count ? hint : null]),
  ]);
  return { box, cancel };
}
