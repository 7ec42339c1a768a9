// @ts-check
// Above everything, and never out of sight: the account and Region of the jobs, and how old the list is.
import { button, element } from "./dom.js";
import { badgeText, listAge, placeParts } from "./strip_text.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

const LIST_AGE_MS = 20_000;

export class Strip {
  /** @param {Store} store @param {{copyCell(beside: HTMLElement): void}} actions */
  constructor(store, actions) {
    this.store = store;
    this.place = element("span", { class: "bnb-strip-place" });
    this.age = element("span", { class: "bnb-age" });
    this.refresh = button("Refresh", () => store.ask("refresh"));
    this.copy = button("Copy as a cell", () => actions.copyCell(this.copy), { title: "Copies a cell that shows the plan again. It ends nothing by itself." });
    this.element = element("div", { class: "bnb-strip" }, [this.place, this.age, this.refresh, this.copy]);
    this.clock = setInterval(() => this.showAge(), LIST_AGE_MS);
  }

  dispose() {
    clearInterval(this.clock);
  }

  show() {
    const { state, kernel } = this.store;
    const where = state.where ?? { badge: "unknown" };
    const [account, ...rest] = placeParts(where);
    this.element.dataset.badge = where.badge;
    this.place.replaceChildren(
      element("span", { class: "bnb-badge" }, [badgeText(where)]),
      account ? element("strong", {}, [shown(account, 40)]) : "",
      ...rest.map((part) => element("span", { class: "bnb-strip-part" }, [shown(part, 120)])),
    );
    const isBusy = state.phase !== "idle";
    this.refresh.disabled = kernel.lost !== null || isBusy;
    this.refresh.textContent = state.phase === "listing" ? "Refreshing…" : "Refresh";
    this.copy.disabled = kernel.lost !== null;
    this.showAge();
  }

  showAge() {
    const { text, isOld } = listAge(this.store.state.where?.listedAt ?? null, Date.now());
    if (this.age.textContent !== text) this.age.textContent = text;
    this.age.classList.toggle("bnb-old", isOld);
  }
}
