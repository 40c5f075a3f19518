import assert from 'node:assert/strict';
import { printProblem } from '../../src/config/print-problem.ts';
import { readCatalog } from '../../src/config/read-catalog.ts';
import type { SourceFile } from '../../src/model/catalog.ts';
import type { Feed, Plan } from '../../src/model/feed.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';

/** What stands around a polled entry; each of it as YAML text. */
export interface Around {
  /** Further keys of the instance's `configuration`. */
  readonly configuration?: string;
  /** A whole element file to use instead of the built-in `http`. */
  readonly element?: string;
  /** The name of the entry and so of the feed: `acme/contacts` unless it is given. */
  readonly resource?: string;
}

/** The feed of one polled entry of the account `acme` at `https://api.test`, compiled as the daemon would do it. */
export function feedOf(entry: string, around: Around = {}): Feed {
  const feed = planOf({ [around.resource ?? 'contacts']: entry }, around).feeds.get(
    `acme/${around.resource ?? 'contacts'}`,
  );
  assert.ok(feed !== undefined);
  return feed;
}

/** The plan of polled entries by their names. Fails the test where a file has an error. */
export function planOf(entries: Readonly<Record<string, string>>, around: Omit<Around, 'resource'> = {}): Plan {
  const element = /^key: *(\S+)/m.exec(around.element ?? '')?.[1];
  const instance = [
    `element: {key: ${element ?? 'http'}}`,
    'configuration:',
    '  base.url: https://api.test',
    indented(around.configuration ?? '', '  '),
    '  event.poller.configuration:',
    ...Object.entries(entries).map(([name, entry]) => `    ${name}:\n${indented(entry, '      ')}`),
  ].join('\n');
  const elements = element === undefined ? [] : [file(`elements/${element}.yaml`, around.element ?? '')];
  const files = { elements, instances: [file('instances/acme.yaml', instance)] };
  const catalog = readCatalog(files, { configFile: 'config.yaml', root: '/srv/elementd' });
  const { plan, problems } = compilePlan(catalog);
  const errors = [...catalog.problems, ...problems].filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors.map(printProblem), []);
  return plan;
}

function file(path: string, text: string): SourceFile {
  return { path, bytes: Buffer.from(text) };
}

/** Moves a text to the right as a whole: what it is indented by already does not count. */
function indented(text: string, by: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const least = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => by + line.slice(least)).join('\n');
}
