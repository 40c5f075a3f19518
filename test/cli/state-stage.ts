import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { askControl } from '../../src/io/control-socket.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { openShop, shopFile, type Shop } from '../support/shop.ts';
import { openTestFolder, type Ran, type TestFolder } from '../support/test-folder.ts';

/** A shop, a receiver and a folder with the instance `a` between them. */
export interface Stage {
  readonly shop: Shop;
  readonly receiver: Receiver;
  readonly place: TestFolder;
  /** Starts the daemon; resolves once it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a stage; POSTs are answered with the status as it is then. */
export async function openStage(t: TestContext, names: readonly string[], answers: { status: number }): Promise<Stage> {
  const shop = await openShop(t, names);
  const receiver = await openReceiver(() => ({ status: answers.status }));
  t.after(() => receiver.close());
  const daemon: { stop?: AbortController; ran?: Promise<Ran> } = {};
  const place = await openTestFolder(t, { 'instances/a.yaml': shopFile(shop.origin, receiver.url) });
  const stop = async (): Promise<void> => {
    daemon.stop?.abort();
    await daemon.ran;
  };
  t.after(stop);
  const start = async (): Promise<void> => {
    daemon.stop = new AbortController();
    daemon.ran = place.runUntil(daemon.stop.signal, 'run', '--log-level', 'error');
    const failed = daemon.ran.then(({ err }) => assert.fail(err));
    const socket = join(place.folder, 'state/elementd.sock');
    while ((await Promise.race([askControl(socket, 'ping', []), failed])) === undefined);
    failed.catch(() => undefined);
  };
  return { shop, receiver, place, start, stop };
}

/** A POST as it came. */
export interface Sent {
  readonly id: string | undefined;
  readonly path: string;
  readonly events: readonly string[];
}

/** What a receiver got, from that POST on. */
export function sentBy(receiver: Receiver, from = 0): readonly Sent[] {
  return receiver.received.slice(from).map(({ headers, path, body }) => {
    const { message } = JSON.parse(body) as { message: { events: { objectId: string; eventType: string }[] } };
    return {
      id: headers['webhook-id'],
      path,
      events: message.events.map(({ objectId, eventType }) => `${eventType} ${objectId}`),
    };
  });
}

/** Polls a feed, which must work. */
export async function polled(place: TestFolder, feed: string): Promise<string> {
  const ran = await place.run('poll', feed);
  assert.equal(ran.exit, 0, ran.err + ran.out);
  return ran.out;
}
