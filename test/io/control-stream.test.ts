import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { askControlStream, serveControl } from '../../src/io/control-socket.ts';
import type { StreamMethod } from '../../src/io/control-stream.ts';
import { Fault } from '../../src/model/fault.ts';

async function serve(
  t: TestContext,
  streams: Readonly<Record<string, StreamMethod>>,
  stop?: AbortSignal,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-state-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.sock');
  const server = await serveControl(path, {}, streams, stop);
  t.after(() => server.close());
  return path;
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

test('bytes go in and lines come out, however many', async (t) => {
  const path = await serve(t, {
    async *echo([by], bytes) {
      let size = 0;
      for await (const chunk of bytes) size += chunk.length;
      yield `${size} ${String(by)}`;
      for (let n = 0; n < 50_000; n += 1) yield `zażółć ${n}`;
    },
  });
  const body = async function* (): AsyncIterable<Uint8Array> {
    for (let n = 0; n < 100; n += 1) yield Buffer.alloc(50_000);
  };

  const lines = await all(askControlStream(path, 'echo', ['ü?/'], body()));

  assert.deepEqual([lines[0], lines.length, lines.at(-1)], ['5000000 ü?/', 50_001, 'zażółć 49999']);
});

test('what goes wrong behind the first lines rejects with its words', async (t) => {
  const path = await serve(t, {
    async *fail() {
      yield 'one';
      throw new Fault('disk-full', 'no room', { hint: 'make some' });
    },
  });

  const seen: string[] = [];
  const reading = (async () => {
    for await (const line of askControlStream(path, 'fail', [])) seen.push(line);
  })();

  await assert.rejects(reading, (error) => error instanceof Fault && error.message === 'no room' && error.hint === 'make some'); // prettier-ignore
  assert.deepEqual(seen, ['one']);
});

for (const how of ['the asker leaves', 'the daemon is stopped'] as const) {
  test(`an answer is ended where it stands when ${how}`, async (t) => {
    const stop = new AbortController();
    let left: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (left = resolve));
    const path = await serve(
      t,
      {
        async *endless() {
          try {
            for (;;) yield 'x'.repeat(10_000);
          } finally {
            left();
          }
        },
      },
      stop.signal,
    );

    const reading = (async () => {
      for await (const line of askControlStream(path, 'endless', [])) {
        if (how === 'the asker leaves') break;
        assert.equal(line[0], 'x');
        stop.abort();
      }
    })();

    if (how === 'the asker leaves') await reading;
    else await assert.rejects(reading, { message: 'the daemon ended the conversation' });
    await ended;
  });
}
