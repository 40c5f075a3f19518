import assert from 'node:assert/strict';
import test from 'node:test';
import { assertForPeople, FAILING_DISK, openStage } from './stage.ts';

const load = FAILING_DISK;
const limit = { timeout: 60_000 };

/** The call that is refused, from which on, and what the operator reads. */
const WHILE_RUNNING = [
  ['datasync:4:EIO', /journal cannot be written any more: .*\.log could not be made durable: EIO: i\/o error \(check the disk and the kernel log, then start elementd again/],
  ['datasync:5:EIO:1', /could not be made durable: EIO/],
  ['write:9:EIO', /journal cannot be written any more: .*\.log cannot be written: EIO: i\/o error \(check the disk and the kernel log/],
] as const; // prettier-ignore

for (const [fails, says] of WHILE_RUNNING) {
  test(
    `${fails} ends the running daemon with one sentence, and the next start tells every change`,
    limit,
    async (t) => {
      const stage = await openStage(t);
      const broken = await stage.daemon({ load, env: { DISK_FAILS: fails } });
      let ended = false;
      const exit = broken.exit().then((code) => {
        ended = true;
        return code;
      });

      for (let round = 1; !ended; round += 1) {
        const asked = stage.asked();
        while (!ended && stage.asked() < asked + 2)
          await Promise.race([exit, new Promise((done) => setTimeout(done, 20))]);
        stage.put(round % 10 || 10);
        stage.put(100 + round);
      }

      assert.equal(await exit, 1);
      const plain = broken.lines.filter((line) => !line.startsWith('{'));
      assert.equal(plain.length, 1, plain.join('\n'));
      assert.match(plain[0] ?? '', says);
      assertForPeople(broken.lines.join('\n'));
      const mended = await stage.daemon();
      stage.remove(10);
      await stage.allTold(mended);
      assert.equal(await mended.end('SIGTERM'), 0);
      stage.check();
    },
  );
}

const AT_START = [
  'rename:1:EIO',
  'sync-folder:1:EIO',
  'sync-file:1:EIO',
  'datasync:1:EIO',
  'write:1:EIO',
  'rename:1:EROFS',
];

for (const fails of AT_START) {
  test(`${fails} at the start of the daemon is one sentence, and the next start goes on`, limit, async (t) => {
    const stage = await openStage(t);
    const before = await stage.daemon();
    stage.put(1);
    await stage.allTold(before);
    await before.end('SIGKILL');
    stage.put(2);

    const broken = await stage.run(['run'], { load, env: { DISK_FAILS: fails } });
    const after = await stage.daemon();
    await stage.allTold(after);

    assert.equal(broken.exit, 1, broken.text);
    const plain = broken.text.split('\n').filter((line) => !line.startsWith('{'));
    assert.equal(plain.length, 1, plain.join('\n'));
    assert.match(plain[0] ?? '', /^elementd: .*state.*: (EIO: i\/o error|EROFS: i\/o error).* \(.+\)$/);
    assertForPeople(broken.text);
    stage.check();
  });
}

for (const fails of ['rename:1:EIO', 'sync-file:1:EIO', 'sync-folder:1:EIO']) {
  test(`${fails} while a stopping daemon writes checkpoints is told, and the log holds it all`, limit, async (t) => {
    const stage = await openStage(t);
    const first = await stage.daemon();
    stage.put(1);
    await stage.allTold(first);
    await first.end('SIGTERM');
    stage.put(2);
    // At the start the last segment is written anew: one of each call, and four folders are synced.
    const [call = ''] = fails.split(':');
    const later = { 'rename': 2, 'sync-file': 2, 'sync-folder': 5 }[call] ?? 2; // prettier-ignore
    const broken = await stage.daemon({ load, env: { DISK_FAILS: `${call}:${later}:EIO` } });
    await stage.allTold(broken);

    const exit = await broken.end('SIGTERM');
    stage.put(3);
    const after = await stage.daemon();
    await stage.allTold(after);

    assert.equal(exit, 0, broken.lines.join('\n'));
    const note = broken.lines.find((line) => line.includes('journal:note')) ?? '';
    assert.match(note, /The checkpoint of shop\/items was not written; the log holds it all\. .*EIO: i\/o error/);
    assertForPeople(broken.lines.join('\n'));
    stage.check();
  });
}
