/** Lets what is asked under one name go one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Acts once all that was asked for before under that name is over, however it ended. */
  async take<Came>(name: string, act: () => Promise<Came>): Promise<Came> {
    const before = this.#last.get(name);
    const mine = before === undefined ? act() : before.then(act, act);
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }

  /** Resolves once all that was asked for so far is over. */
  async over(): Promise<void> {
    await Promise.allSettled([...this.#last.values()]);
  }
}
