import type { Reporter, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { configurationKeys } from './schema-check.ts';
import { unknownKeyHint } from './schema-words.ts';
import type { SourceNode } from './source-tree.ts';

const known = new Set(configurationKeys);

/** A warning for each key of a configuration that has no meaning: neither of ours nor one that the element reads. */
export function unknownKeys(
  node: SourceNode | undefined,
  path: TreePath,
  elementKeys: Iterable<string>,
  report: Reporter,
): readonly Problem[] {
  const further = new Set(elementKeys);
  const problems: Problem[] = [];
  for (const name of node?.members?.keys() ?? []) {
    const key = String(name);
    if (known.has(key) || further.has(key)) continue;
    const all = [...known, ...further];
    const flat = flatKey(key, node?.members?.get(name), all);
    const hint =
      flat === undefined ? unknownKeyHint(key, all) : `keys are flat: write ${flat}: … instead of nested maps`;
    const says = 'is not a known key and does nothing';
    problems.push(report.problem([...path, key], says, { hint, key: true, severity: 'warning' }));
  }
  return problems;
}

/** The known key that was written as maps inside maps. */
function flatKey(key: string, node: SourceNode | undefined, all: readonly string[]): string | undefined {
  for (const [step, member] of node?.members ?? []) {
    const longer = `${key}.${step}`;
    const found = all.includes(longer) ? longer : flatKey(longer, member, all);
    if (found !== undefined) return found;
  }
  return undefined;
}
