import assert from 'node:assert/strict';
import test from 'node:test';
import type { Applied } from '../../src/cli/compose.ts';
import { reloadsOf } from '../../src/cli/reloads.ts';
import { appliedText } from '../../src/cli/tell-applied.ts';
import type { Notice } from '../../src/model/notice.ts';
import { openTestFolder } from '../support/test-folder.ts';

const nothing: Applied = {
  diff: { added: [], changed: [], removed: [] },
  problems: [],
  broken: new Set(),
  lost: false,
};

const sentences: readonly (readonly [what: string, applied: Partial<Applied>, says: string])[] = [
  ['nothing', {}, ''],
  ['a broken instance that runs', { broken: new Set(['a']) }, '; 1 instance with errors, kept as last good'],
  ['one that never ran', { broken: new Set(['x']) }, '; 1 instance with errors does not run'],
  [
    'both kinds',
    { broken: new Set(['a', 'b', 'x', 'y']) },
    '; 2 instances with errors, kept as last good; 2 instances with errors do not run',
  ],
];
for (const [what, applied, says] of sentences) {
  test(`what was applied is said in the right words: ${what}`, () => {
    const text = appliedText({ ...nothing, ...applied }, new Set(['a', 'b', 'c']));

    assert.equal(text, `configuration applied: 0 feeds added, 0 changed, 0 removed${says}`);
  });
}

test('a config.yaml with errors has words of its own', () => {
  const text = appliedText({ ...nothing, lost: 'config.yaml has errors' }, new Set(['a']));

  assert.equal(text, 'config.yaml has errors: everything runs on as it was');
});

test('a reload by a signal that fails is told', async (t) => {
  const { folder } = await openTestFolder(t, {});
  const told: Notice[] = [];
  const daemon = {
    applied: () => nothing,
    reload: () => Promise.reject(new Error('the disk is gone')),
    tell: (notice: Notice) => void told.push(notice),
    clock: { now: () => 0, sleepUntil: () => Promise.resolve() },
    engine: { plan: { feeds: new Map() } },
  } as unknown as Parameters<typeof reloadsOf>[0];
  const reloads = reloadsOf(daemon, { cwd: folder }, { configFile: undefined, start: undefined });

  await reloads.hungUp();

  assert.deepEqual(
    told.map(({ name, level }) => [name, level]),
    [['config:problem', 'error']],
  );
  assert.match(told[0]?.says ?? '', /the disk is gone/);
});
