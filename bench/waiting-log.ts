import { Drain } from '../src/deliver/drain.ts';
import { openDisk } from '../src/io/disk.ts';
import { openFileJournal } from '../src/journal/file-journal.ts';
import type { Callback } from '../src/model/feed.ts';
import type { Journal, NewDelivery } from '../src/model/journal.ts';
import type { Clock, HttpOutcome } from '../src/model/ports.ts';

/** What waits: so many events, so many of them in each POST, with bodies of about so many bytes. */
export interface Load {
  readonly events: number;
  readonly perPost: number;
  readonly bodyBytes: number;
}

const feed = 'shop/orders';
const key = 'https://hooks.example.com/elementd';
const callback: Callback = { key, url: key, headers: [], signatureKeys: [] };
const eventsInCommit = 1_000;
const clock: Clock = { now: () => Date.now(), sleepUntil: waitForSignal };

function waitForSignal(_instant: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Opens the journal in a folder. */
export function openJournal(folder: string): Promise<Journal> {
  return openFileJournal(openDisk(folder), { clock, retention: 7 * 86_400_000 });
}

/** Commits what waits to a new journal in a folder. */
export async function writeWaiting(folder: string, load: Load): Promise<void> {
  const journal = await openJournal(folder);
  const padding = 'x'.repeat(load.bodyBytes);
  const head = { feed, identity: 'i', birth: 1, since: 1, watermark: 1, looked: 'full', request: 'r', rules: [], noticed: [] } as const; // prettier-ignore
  for (let generation = 0; generation * eventsInCommit < load.events; generation += 1) {
    const deliveries: NewDelivery[] = [];
    const end = Math.min(load.events, (generation + 1) * eventsInCommit);
    for (let n = generation * eventsInCommit; n < end; n += load.perPost) {
      deliveries.push({
        id: `msg_${String(n).padStart(22, 'A')}`,
        feed,
        callback: key,
        contentType: 'application/json',
        committedAt: Date.now(),
        body: `{"first":${n},"padding":"${padding}"}`,
        events: Array.from({ length: load.perPost }, (_, index) => ({
          id: `evt_${String(n + index).padStart(22, 'A')}`,
          kind: 'UPDATED',
          recordId: `${10_000_000_000 + n + index}`,
          date: Date.now(),
        })),
      });
    }
    await journal.commit({ feed, generation, head, told: [], deliveries });
  }
  await journal.close();
}

/** A drain over a journal whose POSTs are answered by `answer`. */
export function openDrain(journal: Journal, answer: () => Promise<HttpOutcome>): Drain {
  return new Drain({
    journal,
    http: { send: answer },
    vault: { write: () => '' },
    clock,
    tell: () => undefined,
    version: 'bench',
    limits: {
      concurrency: 64,
      perCallback: 4,
      timeout: 15_000,
      retryFor: 259_200_000,
      outbox: { events: 100_000, bytes: 1e9 },
      retention: 604_800_000,
    },
    route: () => callback,
  });
}
