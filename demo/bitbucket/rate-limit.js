/**
 * Counts requests per rolling hour for each user (or access token) and resource group, on the simulator's clock. In: the
 * account and the group. Out: whether the request is within the limit, and whether the limit is near.
 */
const HOUR = 3_600_000;

export class RateLimit {
  #clock;
  #limit;
  #times = new Map();

  /** @param {{ clock: import('./clock.js').Clock, limit: number | null }} options null: no limit */
  constructor({ clock, limit }) {
    this.#clock = clock;
    this.#limit = limit;
  }

  reset() {
    this.#times.clear();
  }

  /**
   * @returns {{ allowed: boolean, limit: number | null, near: boolean }} `near`: less than a fifth is left
   */
  take(who, group) {
    const limit = this.#limit;
    if (limit === null) return { allowed: true, limit, near: false };
    const now = this.#clock.now();
    const key = `${group} ${who}`;
    const recent = (this.#times.get(key) ?? []).filter((time) => time > now - HOUR);
    const allowed = recent.length < limit;
    if (allowed) recent.push(now);
    this.#times.set(key, recent);
    return { allowed, limit, near: limit - recent.length < limit / 5 };
  }
}
