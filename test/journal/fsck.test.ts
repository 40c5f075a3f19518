import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../src/journal/fsck-finding.ts';
import { lookThrough, repair } from '../../src/journal/fsck.ts';
import type { SimulatedDisk } from '../support/simulated-disk.ts';
import { feeds, livedState, still } from './lived-state.ts';
import { busy, open } from './small-journal.ts';
import { noon } from './steps.ts';

const options = { retryFor: 3 * 86_400_000, reserveBytes: 10 };
const later = noon + 86_400_000;

function pathsOf(disk: SimulatedDisk, like: RegExp): readonly string[] {
  return disk.paths().filter((path) => like.test(path));
}

const live = /^journal\/\d/;
const retired = /^journal\/retired\//;

async function change(disk: SimulatedDisk, path: string | undefined, how: (bytes: Buffer) => Buffer): Promise<void> {
  assert.ok(path !== undefined);
  const bytes = await disk.read(path);
  assert.ok(bytes !== undefined, path);
  disk.put(path, how(Buffer.from(bytes)));
}

const flip =
  (share: number) =>
  (bytes: Buffer): Buffer => {
    const at = Math.floor(bytes.length * share);
    bytes[at] = (bytes[at] ?? 0) ^ 8;
    return bytes;
  };
const spoil =
  (share: number) =>
  (bytes: Buffer): Buffer => {
    const at = Math.floor(bytes.length * share);
    return bytes.fill(0x7e, at, Math.min(bytes.length, at + 40));
  };

interface Kind {
  readonly harm: (disk: SimulatedDisk) => Promise<void> | void;
  /** What the daemon makes of it before the repair. */
  readonly daemon: 'starts' | 'refuses' | 'cannot load a feed';
  /** Findings, by their sentences. */
  readonly finds: readonly RegExp[];
  /** Nothing is told again, and no POST is sent that was delivered. */
  readonly exact?: true;
}

const kinds: Readonly<Record<string, Kind>> = {
  nothing: { harm: () => undefined, daemon: 'starts', finds: [], exact: true },
  'a torn tail': {
    harm: (disk) => change(disk, pathsOf(disk, live).at(-1), (bytes) => Buffer.concat([bytes, bytes.subarray(0, 30)])),
    daemon: 'starts',
    finds: [/note: .*the last write was cut off \(30 bytes\)/],
    exact: true,
  },
  'leftover files, an empty segment, no reserve, strangers': {
    harm: (disk) => {
      for (const path of ['feeds/a/x.json.new', 'journal/removed', 'dead/x.json.new', 'notes.txt', 'feeds/a/readme']) disk.put(path, Buffer.from('{')); // prettier-ignore
      disk.put('journal/00000000000000000002.log', Buffer.alloc(0));
      disk.put('journal/reserve', Buffer.alloc(3));
    },
    daemon: 'starts',
    finds: [/note: notes.txt/, /note: feeds\/a\/readme/, /note: journal\/removed/, /note: dead\/x.json.new/, /note: .*3 bytes instead of 10/, /note: .*0002.log.*empty/], // prettier-ignore
    exact: true,
  },
  'a flipped bit in a live segment': {
    harm: (disk) => change(disk, pathsOf(disk, live)[0], flip(0.5)),
    daemon: 'refuses',
    finds: [/journal\/0.*byte \d+: one bit of this frame has flipped/],
    exact: true,
  },
  'a flipped bit in a checkpoint': {
    harm: (disk) => change(disk, 'feeds/a/x.json', flip(0.6)),
    daemon: 'cannot load a feed',
    finds: [/feeds\/a\/x.json: one bit has flipped/],
    exact: true,
  },
  'a spoilt place in a live segment': {
    harm: (disk) => change(disk, pathsOf(disk, live)[1], spoil(0.4)),
    daemon: 'refuses',
    finds: [/byte \d+: \d+ bytes that are no frame; frames? \d+/],
  },
  'a spoilt beginning of the first live segment': {
    harm: (disk) => change(disk, pathsOf(disk, live)[0], spoil(0)),
    daemon: 'refuses',
    finds: [/byte 0: \d+ bytes that are no frame; frame/],
  },
  'a live segment missing in the middle': {
    harm: (disk) => disk.put(pathsOf(disk, live)[1] ?? '', undefined),
    daemon: 'refuses',
    finds: [/a segment is missing: no file holds frames/, /commits of feed ... are lost \(generation \d+ to \d+\)/],
  },
  'the first live segment missing': {
    harm: (disk) => disk.put(pathsOf(disk, live)[0] ?? '', undefined),
    daemon: 'refuses',
    finds: [/a segment is missing/],
  },
  'the last segment missing': {
    harm: (disk) => disk.put(pathsOf(disk, live).at(-1) ?? '', undefined),
    daemon: 'cannot load a feed',
    finds: [/the log ends with frame \d+, although a checkpoint knows of later ones/],
  },
  'the whole live log missing': {
    harm: (disk) => pathsOf(disk, live).forEach((path) => disk.put(path, undefined)),
    daemon: 'refuses',
    finds: [/the live log is missing, although/],
  },
  'the whole journal missing': {
    harm: (disk) => pathsOf(disk, /^journal\//).forEach((path) => disk.put(path, undefined)),
    daemon: 'refuses',
    finds: [/the live log is missing, although/],
  },
  'a checkpoint missing, with retired segments back to its birth': {
    harm: (disk) => disk.put('feeds/a/x.json', undefined),
    daemon: 'cannot load a feed',
    finds: [/feeds\/a\/x.json: it is missing.*nothing is lost and nothing is told again/],
    exact: true,
  },
  'a checkpoint with a line spoilt, and no retired segments': {
    harm: async (disk) => {
      pathsOf(disk, retired).forEach((path) => disk.put(path, undefined));
      await change(disk, 'feeds/a/x.json', spoil(0.6));
    },
    daemon: 'cannot load a feed',
    finds: [/feeds\/a\/x.json: lines? \d+.*cannot be read.*keep \d+ records of it/],
  },
  'a checkpoint cut off, and no retired segments': {
    harm: async (disk) => {
      pathsOf(disk, retired).forEach((path) => disk.put(path, undefined));
      await change(disk, 'feeds/a/x.json', (bytes) => bytes.subarray(0, bytes.length >> 1));
    },
    daemon: 'cannot load a feed',
    finds: [/feeds\/a\/x.json: .*its end is missing.*keep \d+ records of it/],
  },
  'a dead letter damaged, with its copy in the log': {
    harm: (disk) => change(disk, pathsOf(disk, /^dead\//)[0], spoil(0.5)),
    daemon: 'refuses',
    finds: [/dead\/.*write it anew from its copy in the log/],
    exact: true,
  },
  'a spoilt place in a retired segment': {
    harm: (disk) => change(disk, pathsOf(disk, retired)[2], spoil(0.5)),
    daemon: 'starts',
    finds: [/journal\/retired\/.*can be neither listed nor replayed/],
    exact: true,
  },
  'a retired segment missing': {
    harm: (disk) => disk.put(pathsOf(disk, retired)[1] ?? '', undefined),
    daemon: 'starts',
    finds: [/note: journal\/retired: no file holds frames/],
    exact: true,
  },
  'the format missing': {
    harm: (disk) => disk.put('format', undefined),
    daemon: 'starts',
    finds: [/note: format: it is missing/],
    exact: true,
  },
  'the format damaged': {
    harm: (disk) => disk.put('format', Buffer.from('one\n')),
    daemon: 'refuses',
    finds: [/format: it should hold the number of a format/],
    exact: true,
  },
  'what says where the log begins damaged': {
    harm: (disk) => change(disk, 'journal/begins', spoil(0)),
    daemon: 'refuses',
    finds: [/journal\/begins: it should say where the log begins/],
    exact: true,
  },
};

function printed({ weight, file, place, says, means, repair }: Finding): string {
  return `${weight}: ${file}${place === undefined ? '' : `: ${place}`}: ${says}; ${means}; ${repair}`;
}

describe('a state directory with', () => {
  for (const [name, { harm, daemon, finds, exact }] of Object.entries(kinds)) {
    test(`${name} is looked through, repaired and lived in again, and every latest version is told`, async () => {
      const { disk, life } = await livedState();
      await harm(disk);
      const before = new Map(
        await Promise.all(disk.paths().map(async (path) => [path, await disk.read(path)] as const)),
      );

      const found = disk.afterPowerCut('kept');
      if (daemon === 'refuses') await assert.rejects(open(found), /damaged|cannot be used|missing/);
      else if (daemon === 'starts') for (const feed of feeds) await (await open(found)).load(feed);
      else {
        const journal = await open(found);
        const loads = Promise.all(feeds.map((feed) => journal.load(feed)));
        await assert.rejects(loads, ({ hint }: { hint: string }) => hint.includes('elementd state fsck'));
      }

      const looked = (await lookThrough(disk, options)).map(printed);
      for (const pattern of finds) assert.ok(looked.some((one) => pattern.test(one)), `${pattern} in ${looked.join('\n')}`); // prettier-ignore
      if (finds.length === 0) assert.deepEqual(looked, []);
      assert.deepEqual(disk.operations, []);

      const done = await repair(disk, later, options);

      assert.deepEqual(done.findings.map(printed), looked);
      for (const path of [...done.changed, ...done.removed]) {
        const former = before.get(path);
        const kept = former === undefined || former.length === 0 ? undefined : former;
        assert.deepEqual(await disk.read(`${done.aside}/${path}`), kept, `${path} is kept aside`);
      }
      assert.deepEqual((await lookThrough(disk, options)).filter(({ weight }) => weight !== 'note'), []); // prettier-ignore
      const journal = await open(disk);
      const sentBefore = new Set(life.sent);
      const posts: string[] = [];
      for (const { id } of journal.pending()) posts.push((await journal.body(id)) ?? '');
      if (exact === true) assert.deepEqual(posts.filter((body) => sentBefore.has(body)), [], 'sent twice'); // prettier-ignore
      assert.deepEqual(journal.feeds(), [...feeds, still]);
      for (const feed of feeds) {
        const { watermark } = (await journal.load(feed))?.head ?? {};
        if (exact === true) assert.ok(watermark !== undefined && watermark > noon + 30_000, `${feed} ${watermark}`);
        life.change(feed, 'new');
        await life.poll(journal, feed);
      }
      await life.send(journal);
      assert.deepEqual(life.untold(), []);
      await busy(journal, 'e/busy', 0, 100);
      await journal.close();
      const again = await open(disk);
      assert.deepEqual(again.feeds(), [...feeds, still, 'e/busy']);
      for (const feed of again.feeds()) await again.load(feed);
      await again.close();
      assert.deepEqual((await lookThrough(disk, options)).filter(({ weight }) => weight !== 'note'), []); // prettier-ignore
    });
  }
});

describe('a feed of which nothing can be read', () => {
  test('is parked until the operator decides, and the others go on', async () => {
    const { disk, life } = await livedState();
    pathsOf(disk, retired).forEach((path) => disk.put(path, undefined));
    disk.put('feeds/a/x.json', Buffer.from('nothing'));

    const { findings } = await repair(disk, later, options);

    const stays = findings.filter(({ weight }) => weight === 'stays');
    assert.deepEqual(stays.map(({ feed }) => feed), ['a/x']); // prettier-ignore
    assert.ok(stays[0]?.repair.includes('`elementd state forget a/x`'));
    const journal = await open(disk);
    await assert.rejects(journal.load('a/x'));
    for (const feed of ['b/y', 'c/z']) await life.poll(journal, feed);
    await journal.forget('a/x', later);
    await life.poll(journal, 'a/x');
    await life.send(journal);
    assert.deepEqual(life.untold(), []);
  });

  test('stays known where not even the log names it: it never starts anew by itself', async () => {
    const { disk } = await livedState();
    pathsOf(disk, /^journal\//).forEach((path) => disk.put(path, undefined));
    disk.put('feeds/a/x.json', Buffer.from('nothing'));

    await repair(disk, later, options);

    const journal = await open(disk);
    assert.deepEqual(journal.feeds(), [...feeds, still]);
    await assert.rejects(journal.load('a/x'));
    assert.ok(((await journal.load('b/y'))?.snapshot.size ?? 0) > 0);
  });
});

describe('a dead letter of which no copy is left', () => {
  test('is moved aside, and its loss is told', async () => {
    const { disk } = await livedState();
    disk.put('dead/lost.json', Buffer.from('{"version":1,'));
    await assert.rejects(open(disk));

    const { findings, aside, removed } = await repair(disk, later, options);

    assert.ok(findings.some(({ file, means }) => file === 'dead/lost.json' && means.includes('is lost')));
    assert.deepEqual(removed, ['dead/lost.json']);
    assert.ok(disk.paths().includes(`${aside}/dead/lost.json`));
    await open(disk);
  });
});

describe('a look', () => {
  test('beside a journal that is written finds nothing', async () => {
    const { disk, life } = await livedState();
    const journal = await open(disk);
    const { read } = disk;
    let reads = 0;
    let busy = false;
    disk.read = async (path) => {
      reads += 1;
      if (!busy && reads % 5 === 0) {
        busy = true;
        for (const feed of feeds) {
          life.change(feed, 'busy');
          await life.poll(journal, feed);
        }
        await life.send(journal);
        busy = false;
      }
      return read(path);
    };

    const findings = await lookThrough(disk, options);

    assert.deepEqual(findings.filter(({ weight }) => weight !== 'note'), []); // prettier-ignore
  });

  test('refuses the state of a later version', async () => {
    const { disk } = await livedState();
    disk.put('format', Buffer.from('2\n'));

    await assert.rejects(lookThrough(disk, options), { code: 'state-newer' });
  });
});
