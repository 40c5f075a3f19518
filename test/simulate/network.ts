import type { Http, HttpFailure, HttpLimits, HttpOutcome, HttpRequest } from '../../src/model/ports.ts';
import type { Dice } from './dice.ts';
import type { Life } from './life.ts';
import type { Said } from './provider.ts';
import type { Timeline } from './timeline.ts';

/** A host, and how long it takes at most. */
export interface Host {
  readonly answer: (request: HttpRequest) => Said;
  readonly took: number;
}

/** The way from a process to the hosts. A request that was sent arrives, also where its sender dies or gives up meanwhile. */
export function network(hosts: ReadonlyMap<string, Host>, timeline: Timeline, dice: Dice, life: Life): Http {
  return {
    send(request, limits, signal) {
      const host = hosts.get(new URL(request.url).hostname);
      const sentAt = timeline.now;
      if (host === undefined) return life.call(1, () => failed('unresolved'));
      const there = (dice.throw() * host.took) / 2;
      const back = (dice.throw() * host.took) / 2;
      return new Promise((resolve) => {
        let over = false;
        const end = (outcome: HttpOutcome): void => {
          over = true;
          signal?.removeEventListener('abort', giveUp);
          resolve(outcome);
        };
        const giveUp = (): void => {
          if (!over && life.alive) end(failed('aborted'));
        };
        if (signal?.aborted === true) return giveUp();
        signal?.addEventListener('abort', giveUp, { once: true });
        timeline.after(there, () => {
          const said = host.answer(request);
          const took = 'failure' in said && said.failure === 'timeout' ? limits.timeout : back;
          void life
            .call(took, () => outcomeOf(said, sentAt, timeline.now, limits))
            .then((outcome) => {
              if (!over) end(outcome);
            });
        });
      });
    },
  };
}

function outcomeOf(said: Said, sentAt: number, now: number, limits: HttpLimits): HttpOutcome {
  if ('failure' in said) return failed(said.failure);
  if (said.text.length > limits.maxBytes) return failed('too-large');
  const { status, headers, text } = said;
  return { ok: true, answer: { status, headers, text, sentAt, took: now - sentAt, endedAt: now } };
}

function failed(failure: HttpFailure): HttpOutcome {
  return { ok: false, failure, says: `the simulated request ended: ${failure}` };
}
