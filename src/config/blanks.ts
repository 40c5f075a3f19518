import type { Reporter, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { definition } from './schema-check.ts';
import { dropMembersAt, nodeAt } from './source-tree.ts';
import type { SourceNode } from './source-tree.ts';

const polled: TreePath = ['configuration', 'event.poller.configuration'];
const maps: readonly TreePath[] = [['configuration'], ['providerData']];

/** Keys whose value has a form that no empty text has. Elsewhere it may be meant: an empty password is one. */
const formed = {
  configuration: new Set(['event.poller.configuration', ...formedKeys('configuration')]),
  entry: new Set(formedKeys('polledResource')),
  dates: new Set(formedKeys('datesConfiguration')),
};

/**
 * An instance without its keys that have no value: nulls, and empty texts where they cannot be meant, as forms write for what was not
 * filled in. Each is a warning, but in polled entries, where forms write all keys.
 */
export function withoutBlanks(
  root: SourceNode,
  report: Reporter,
): { readonly tree: SourceNode; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let tree = dropMembersAt(root, [], (_key, { value }) => value === null);
  for (const path of maps) {
    const keys = path[0] === 'configuration' ? formed.configuration : new Set<string>();
    tree = dropMembersAt(tree, path, (key, member) => {
      if (!isBlank(key, member, keys)) return false;
      const options = { hint: 'remove the key, or put in its value', severity: 'warning', key: true } as const;
      problems.push(report.problem([...path, key], 'has no value and counts as left out', options));
      return true;
    });
  }
  const entries = nodeAt(tree, polled)?.members;
  if (entries?.size === 0) {
    const hint = 'remove it for the default set of the element';
    problems.push(report.problem(polled, 'is empty: nothing is polled', { hint, severity: 'warning' }));
  }
  for (const key of entries?.keys() ?? []) {
    tree = dropBlanks(
      dropBlanks(tree, [...polled, key, 'datesConfiguration'], formed.dates),
      [...polled, key],
      formed.entry,
    );
  }
  return { tree, problems };
}

function dropBlanks(tree: SourceNode, path: TreePath, keys: ReadonlySet<string>): SourceNode {
  return dropMembersAt(tree, path, (key, member) => isBlank(key, member, keys));
}

function isBlank(key: string, { value }: SourceNode, keys: ReadonlySet<string>): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '' && keys.has(key));
}

function formedKeys(name: string): readonly string[] {
  const properties = definition(name)['properties'] as Readonly<Record<string, object>>;
  return Object.entries(properties).flatMap(([key, schema]) => ('pattern' in schema || 'enum' in schema ? [key] : []));
}
