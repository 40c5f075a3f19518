import type { Outcome } from './history.ts';

/** Flaws of one history that are printed in full; the others are counted. */
const shown = 3;

/** What many histories came to. */
export class Tally {
  histories = 0;
  flawed = 0;
  #told = 0;
  #lost = 0;
  #wrong = 0;
  readonly #faults = new Map<string, number>();
  readonly #flaws = new Map<number, string>();

  add(seed: number, { told, lost, wrong, faults }: Outcome): void {
    this.histories += 1;
    this.#told += told;
    this.#lost += lost.length;
    this.#wrong += wrong.length;
    for (const [name, count] of faults) this.#faults.set(name, (this.#faults.get(name) ?? 0) + count);
    if (lost.length + wrong.length === 0) return;
    this.flawed += 1;
    const lines = [...lost.map((flaw) => `  lost: ${flaw}`), ...wrong.map((flaw) => `  wrong: ${flaw}`)];
    const more = lines.length > shown ? [`  and ${lines.length - shown} more`] : [];
    const replay = `seed ${seed}: replay it with npm run simulate -- --seed ${seed}`;
    this.#flaws.set(seed, [replay, ...lines.slice(0, shown), ...more].join('\n'));
  }

  /** Every history that was not as it should be, by its seed. */
  flaws(): string {
    const sorted = [...this.#flaws].sort(([a], [b]) => a - b);
    return sorted.map(([, text]) => `${text}\n`).join('');
  }

  /** The figures; `seconds`: how long it all took. */
  summary(seconds?: number): string {
    const rate =
      seconds === undefined ? '' : ` in ${seconds.toFixed(1)} s, ${Math.round(this.histories / seconds)} each second`;
    const faults = [...this.#faults].sort().map(([name, count]) => `${name} ${number(count)}`);
    return [
      `histories     ${number(this.histories)}${rate}`,
      `faults        ${faults.join(', ') || 'none'}`,
      `changes told  ${number(this.#told)}`,
      `lost          ${number(this.#lost)}`,
      `wrong         ${number(this.#wrong)}`,
      '',
    ].join('\n');
  }
}

function number(count: number): string {
  return count.toLocaleString('en');
}
