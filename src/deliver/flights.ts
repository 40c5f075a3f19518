/** What is under way: each can be called back, all can be awaited, and the first fault is kept. */
export class Flights {
  readonly #flights = new Set<AbortController>();
  readonly #waiting: (() => void)[] = [];
  readonly #onLanding: () => void;
  #fault: { readonly error: unknown } | undefined;

  constructor(onLanding: () => void) {
    this.#onLanding = onLanding;
  }

  get size(): number {
    return this.#flights.size;
  }

  /** A flight rejected: nothing more should be started. */
  get failed(): boolean {
    return this.#fault !== undefined;
  }

  /** Starts one. Its rejection calls back all others and comes out of `landed`. */
  start(flight: (signal: AbortSignal) => Promise<void>): void {
    // Each has a signal of its own, so that no signal gathers a listener for every flight.
    const abort = new AbortController();
    this.#flights.add(abort);
    const land = (): void => {
      this.#flights.delete(abort);
      for (const wake of this.#waiting.splice(0)) wake();
      this.#onLanding();
    };
    flight(abort.signal).then(land, (error: unknown) => {
      this.#fault ??= { error };
      this.callBack();
      land();
    });
  }

  callBack(): void {
    for (const abort of this.#flights) abort.abort();
  }

  /** Resolves when one of them lands; at once where there is none. */
  async next(): Promise<void> {
    if (this.#flights.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when all have landed; rejects with the first fault. */
  async landed(): Promise<void> {
    while (this.#flights.size > 0) await this.next();
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}
