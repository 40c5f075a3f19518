import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { playHistory, type Outcome } from './history.ts';

/** A fixed share: other seeds are played by `npm run simulate`. */
const seeds = Number(process.env['HISTORIES'] ?? 600);

describe('in simulated histories', () => {
  test('nothing is lost and nothing is told that is not so, whatever goes wrong', { timeout: 600_000 }, async () => {
    const flawed: (Outcome & { readonly seed: number })[] = [];
    const faults = new Map<string, number>();
    let told = 0;

    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await playHistory(seed);
      if (outcome.lost.length + outcome.wrong.length > 0) flawed.push({ ...outcome, seed });
      for (const [name, count] of outcome.faults) faults.set(name, (faults.get(name) ?? 0) + count);
      told += outcome.told;
    }

    assert.deepEqual(flawed, [], 'replay one with npm run simulate -- --seed SEED');
    // A world in which nothing goes wrong proves nothing.
    assert.ok(told > seeds * 10, `${told} changes were told`);
    for (const fault of [
      'kill',
      'power cut',
      'full disk',
      'failed sync',
      'dead letter',
      'stop',
      'file edited',
      'file removed',
    ])
      assert.ok((faults.get(fault) ?? 0) > seeds / 50, `${fault} came ${faults.get(fault) ?? 0} times`);
  });

  test('a seed gives the same history every time, byte for byte', async () => {
    const play = async (seed: number): Promise<string> => {
      const lines: string[] = [];
      await playHistory(seed, (line) => lines.push(line));
      return lines.join('\n');
    };

    const [first, second] = [await play(7), await play(7)];

    assert.equal(first, second);
    assert.notEqual(first, await play(8));
  });
});
