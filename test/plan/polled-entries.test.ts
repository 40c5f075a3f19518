// Polled entries as they stand in documents, exports and examples of Cloud Elements, typos included, each on an instance of the built-in
// element; what a dry run says of them stands in the golden file beside them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { FeedPreview } from '../../src/engine/preview.ts';
import type { Problem } from '../../src/model/problem.ts';
import { projectRoot } from '../support/source-files.ts';
import { openTestFolder } from '../support/test-folder.ts';

interface Row {
  readonly element: string;
  readonly resource: string;
  readonly config: { readonly url: string };
}

interface DryRun {
  readonly feeds: readonly FeedPreview[];
  readonly problems: readonly Problem[];
}

const fixtures = join(projectRoot(), 'test/plan/fixtures');
const golden = join(fixtures, 'polled-entries.golden.txt');
const rows = readFileSync(join(fixtures, 'polled-entries.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

const names = rows.map((_row, index) => String(index + 1).padStart(3, '0'));

function instanceOf({ resource, config }: Row): string {
  const configuration = { 'base.url': 'https://api.example.com', 'event.poller.configuration': { [resource]: config } };
  return JSON.stringify({ element: { key: 'http' }, configuration }, undefined, 2);
}

/** What a dry run says of one entry. */
function block(row: Row, name: string, { feeds, problems }: DryRun): string {
  const asked = feeds.flatMap(({ feed, request, baseline }) => {
    const of = feeds.length > 1 ? `${feed.slice(name.length + 1)}: ` : '';
    return [
      `request   ${of}${request.method} ${request.url}`,
      ...(baseline === undefined ? [] : [`baseline  ${of}${baseline.request.method} ${baseline.request.url}`]),
    ];
  });
  const told = problems.map(({ line, column, where, says, hint, severity }) => {
    const place = where.replace(/^configuration\.event\.poller\.configuration\./, '').replace(`${row.resource}.`, '');
    return `${severity.padEnd(10)}${line}:${column} ${place}: ${says}${hint === undefined ? '' : ` (${hint})`}`;
  });
  const lines = [`url       ${row.config.url}`, ...asked, ...told];
  return [`${name} ${row.element} ${row.resource}`, ...lines.map((line) => `    ${line}`), ''].join('\n');
}

async function dryRun(t: test.TestContext): Promise<ReadonlyMap<string, DryRun>> {
  const files = Object.fromEntries(rows.map((row, index) => [`instances/${names[index]}.json`, instanceOf(row)]));
  const place = await openTestFolder(t, files);
  const { out } = await place.run('run', '--dry-run', '--json', '--at', '2026-01-02T03:04:05.678Z');
  const { feeds, problems } = JSON.parse(out) as DryRun;
  return new Map(
    names.map((name) => [
      name,
      {
        feeds: feeds.filter(({ instance }) => instance === name),
        problems: problems.filter(({ file }) => file.endsWith(`/${name}.json`)),
      },
    ]),
  );
}

test('a dry run says of every entry that is in use what it is known to say', async (t) => {
  const said = await dryRun(t);

  const text = rows
    .map((row, index) => block(row, names[index] ?? '', said.get(names[index] ?? '') as DryRun))
    .join('\n');
  if (process.env['REWRITE_GOLDEN'] === '1') writeFileSync(golden, text);

  assert.equal(text, readFileSync(golden, 'utf8'), 'run this test with REWRITE_GOLDEN=1 and review what git shows');
});

test('nearly all entries that are in use become feeds, and each of the others is told where it is wrong and what to do', async (t) => {
  const said = await dryRun(t);

  const compiled = names.filter((name) => said.get(name)?.feeds.length !== 0);
  const others = names.filter((name) => !compiled.includes(name));
  assert.ok(compiled.length >= 285, `${compiled.length} of ${rows.length} compile`);
  for (const name of others) {
    const errors = (said.get(name)?.problems ?? []).filter(({ severity }) => severity === 'error');
    assert.ok(errors.length > 0, name);
    for (const { line, hint } of errors) assert.ok(line > 1 && hint !== undefined, name);
  }
});
