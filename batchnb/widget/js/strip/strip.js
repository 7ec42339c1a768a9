// @ts-check
// Above everything, and never out of sight: the account and Region of the jobs, who calls, and how old the list is.
import { button, element } from "../dom.js";
import { AfterPaint } from "../frame/after_paint.js";
import { SpokenLine } from "../frame/announcer.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { shown } from "../text.js";
import { PERIODS } from "./auto_refresh.js";
import { Menu } from "./menu.js";
import { MoreMenu } from "./more_menu.js";
import { badgeText, newJobsText, placeParts, rowsAge } from "./strip_text.js";
/** @import { Store } from "../model/store.js" */
/** @import { MoreActions } from "./more_menu.js" */

/** @param {{text: string, isBold: boolean, isWho: boolean}} part */
function placePart({ text, isBold, isWho }) {
  if (isBold) return element("strong", { title: shown(text, 80) }, [shown(text, 80)]);
  return element("span", { class: `bnb-strip-part${isWho ? " bnb-strip-who" : ""}`, title: isWho ? shown(text, 120) : null }, [shown(text, 120)]);
}

const LIST_AGE_MS = 20_000;

export class Strip {
  /** Whether the kernel was asked who calls. */ isAsked = false;

  /** @param {Store} store @param {MoreActions & {say(text: string): void}} actions */
  constructor(store, actions) {
    this.store = store;
    this.spoken = new SpokenLine(actions.say);
    this.who = new AfterPaint(() => void store.ask("who"));
    this.place = element("span", { class: "bnb-strip-place" });
    this.age = element("span", { class: "bnb-age" });
    this.off = element("span", { class: "bnb-amber-text" });
    this.fresh = button("", () => store.ask("show_new"), { class: "bnb-link", hidden: true, ...ASKS_KERNEL });
    this.refresh = button("Refresh", () => store.ask("refresh"), ASKS_KERNEL);
    this.auto = new Menu("▾", "Auto refresh", () => this.periods());
    this.more = new MoreMenu(store, actions);
    this.acts = element("span", { class: "bnb-strip-acts" }, [
      this.fresh, this.off, this.age, element("span", { class: "bnb-split" }, [this.refresh, this.auto.element]), this.more.element,
    ]);
    this.element = element("div", { class: "bnb-strip" }, [this.place, this.acts]);
    this.clock = setInterval(() => this.showAge(), LIST_AGE_MS);
  }

  dispose() {
    clearInterval(this.clock);
    this.who.dispose();
  }

  show() {
    const { state } = this.store;
    const where = state.where ?? { badge: "unknown" };
    this.element.dataset.badge = where.badge;
    this.place.replaceChildren(
      element("span", { class: "bnb-badge" }, [badgeText(where)]),
      ...placeParts(where).map(placePart),
    );
    const isBusy = state.phase !== "idle";
    this.refresh.disabled = isBusy;
    this.refresh.textContent = state.phase === "listing" ? "Refreshing…" : "Refresh";
    this.showAuto(isBusy);
    this.showAge();
    this.askWho();
  }

  /** Once all rows are painted: what asks AWS in the kernel would delay them. */
  askWho() {
    const { kernel, table } = this.store;
    if (kernel.lost !== null) this.isAsked = false;
    else if (!this.isAsked && table.header && !table.isPartial) {
      this.isAsked = true;
      this.who.soon();
    }
  }

  /** @param {boolean} isOff whether nothing can be shown now */
  showAuto(isOff) {
    const { auto, state } = this.store;
    auto.follow();
    this.auto.element.classList.toggle("bnb-on", auto.period > 0);
    this.off.textContent = shown(state.auto?.off ?? "", 600);
    this.spoken.show(this.off.textContent);
    this.fresh.hidden = isOff || !state.auto?.new;
    this.fresh.textContent = newJobsText(state.auto?.new ?? 0);
  }

  /** @returns {Node[]} */
  periods() {
    const { auto } = this.store;
    return PERIODS.map(([text, period]) => {
      const box = element("input", { type: "radio", name: "bnb-auto", onchange: () => auto.set(period), ...(period ? ASKS_KERNEL : {}) });
      box.checked = auto.period === period;
      return element("label", {}, [box, text]);
    });
  }

  showAge() {
    const { state, result, kernel } = this.store;
    const { text, isOld } = rowsAge({ state, result, isLost: kernel.lost !== null }, Date.now());
    if (this.age.textContent !== text) this.age.textContent = text;
    this.age.classList.toggle("bnb-old", isOld);
  }
}
