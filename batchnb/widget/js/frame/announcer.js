// @ts-check
// Says things aloud: one polite region, and one message in two seconds, so that no message cuts off the one before it.

const PAUSE_MS = 2000;
const MOST_WAITING = 4;

/** Messages that differ in their figures alone: only the newest of them is still true. @param {string} text */
export const kindOf = (text) => text.replace(/\d[\d,.]*/g, "#");

/** A line that changes in place: what is new about it is said, and not each figure. */
export class SpokenLine {
  /** What was said. */ kind = "";

  /** @param {(text: string) => void} say */
  constructor(say) {
    this.say = say;
  }

  /** @param {string} text */
  show(text) {
    const kind = kindOf(text);
    if (kind === this.kind) return;
    this.kind = kind;
    if (text) this.say(text);
  }
}

export class Announcer {
  /** @type {string[]} */ waiting = [];
  saidAt = -Infinity;
  isTimed = false;

  /**
   * @param {(text: string) => void} show puts a message into the region
   * @param {{now(): number, later(work: () => void, ms: number): void}} clock
   */
  constructor(show, clock = { now: () => performance.now(), later: (work, ms) => void setTimeout(work, ms) }) {
    this.show = show;
    this.clock = clock;
  }

  /** @param {string} text */
  say(text) {
    if (!text) return;
    this.waiting = [...this.waiting.filter((one) => kindOf(one) !== kindOf(text)), text].slice(-MOST_WAITING);
    this.next();
  }

  next() {
    if (this.isTimed || !this.waiting.length) return;
    const wait = this.saidAt + PAUSE_MS - this.clock.now();
    if (wait <= 0) {
      this.saidAt = this.clock.now();
      this.show(/** @type {string} */ (this.waiting.shift()));
      this.next();
      return;
    }
    this.isTimed = true;
    this.clock.later(() => {
      this.isTimed = false;
      this.next();
    }, wait);
  }
}
