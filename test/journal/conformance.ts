import { describe } from 'node:test';
import type { Duration, Instant } from '../../src/model/instant.ts';
import type { Journal } from '../../src/model/journal.ts';
import { commandConformance } from './conformance-commands.ts';
import { amendmentConformance } from './conformance-amendments.ts';
import { deliveryConformance } from './conformance-deliveries.ts';
import { feedConformance } from './conformance-feeds.ts';
import { historyConformance } from './conformance-history.ts';
import type { Begin } from './steps.ts';
import { standingClock, week } from './steps.ts';

export interface Ports {
  readonly clock: { now(): Instant };
  readonly retention: Duration;
}

/** Opens a journal that is empty at first. Called again after a close, it gives what was there before. */
export type Opener = () => Promise<Journal>;

/** What every Journal promises. `start` gives the opener of a new, empty place. */
export function journalConformance(name: string, start: (ports: Ports) => Opener | Promise<Opener>): void {
  const begin: Begin = async () => {
    const clock = standingClock();
    const open = await start({ clock, retention: week });
    let journal = await open();
    const reopened = async (): Promise<Journal> => {
      await journal.close();
      journal = await open();
      return journal;
    };
    return {
      clock,
      journal,
      reopened,
      async *twice() {
        yield journal;
        yield await reopened();
      },
    };
  };

  describe(`${name} keeps the promises of a journal`, () => {
    feedConformance(begin);
    deliveryConformance(begin);
    historyConformance(begin);
    commandConformance(begin);
    amendmentConformance(begin);
  });
}
