/**
 * Counts requests and their outcomes, so that a test can check for "exactly twenty refreshes" or "fifty requests at once". In:
 * one call when a request arrives, and one when the request was processed. Out: a plain object. No name, token or URL is kept.
 */
const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials', 'other'];

function fresh() {
  const counts = () => ({ requests: 0, issued: 0, refused: 0 });
  return {
    authorize: { requests: 0, shown: 0, granted: 0, denied: 0, refused: 0 },
    token: { ...counts(), faults: 0, mostAtOnce: 0, ...Object.fromEntries(GRANTS.map((grant) => [grant, counts()])) },
    api: { requests: 0, faults: 0, mostAtOnce: 0, byStatus: {}, byEndpoint: {} },
  };
}

export class Statistics {
  #counts = fresh();
  #underWay = { token: 0, api: 0 };

  /**
   * A request whose header has arrived. It is under way until the returned function is called.
   * @param {'token' | 'api' | 'authorize'} target
   */
  arrived(target) {
    if (target === 'authorize') return () => {};
    this.#underWay[target] += 1;
    const counts = this.#counts[target];
    counts.mostAtOnce = Math.max(counts.mostAtOnce, this.#underWay[target]);
    return () => {
      this.#underWay[target] -= 1;
    };
  }

  /** @param {'login' | 'shown' | 'granted' | 'denied' | 'refused'} outcome */
  authorize(outcome) {
    this.#counts.authorize.requests += 1;
    if (outcome !== 'login') this.#counts.authorize[outcome] += 1;
  }

  /** A token request that was processed, whether or not the response reached the client. */
  token(grant, wasRejected) {
    for (const counts of [this.#counts.token, this.#counts.token[grant]]) {
      counts.requests += 1;
      counts[wasRejected ? 'refused' : 'issued'] += 1;
    }
  }

  /** An API request that was processed. */
  api(endpoint, status) {
    const { api } = this.#counts;
    api.requests += 1;
    api.byStatus[status] = (api.byStatus[status] ?? 0) + 1;
    api.byEndpoint[endpoint] = (api.byEndpoint[endpoint] ?? 0) + 1;
  }

  /** A request that was not processed because of a fault. Of the other counts, only `mostAtOnce` includes it. */
  unprocessed(target) {
    if (target !== 'authorize') this.#counts[target].faults += 1;
  }

  snapshot() {
    return structuredClone(this.#counts);
  }

  reset() {
    this.#counts = fresh();
  }
}
