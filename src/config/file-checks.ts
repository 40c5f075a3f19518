import { isSecretText, splitReferences } from '../language/text.ts';
import type { Reporter, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { placeholdersIn } from './placeholders.ts';
import { isSecretKey } from './secret-keys.ts';
import { dropMembersAt, eachScalar } from './source-tree.ts';
import type { SourceNode } from './source-tree.ts';

/** The further problems, without those at a place that has one already: they are its consequences. */
export function furtherProblems(before: readonly Problem[], further: readonly Problem[]): readonly Problem[] {
  const taken = new Set(before.map(({ where }) => where));
  return further.filter(({ where }) => !taken.has(where));
}

/**
 * One problem for each value that was left to be filled in. A grant code is needed only until an account has tokens, so that one alone stops
 * nothing but signing in.
 */
export function placeholderProblems(root: SourceNode, report: Reporter): readonly Problem[] {
  return placeholdersIn(root).map(({ path, node }) => {
    const hint = takesReference(path)
      ? 'put in the value, or a reference such as ${env:NAME}, ${file:PATH} or ${cred:NAME}'
      : 'put in the value';
    const severity = path[0] === 'providerData' ? 'warning' : 'error';
    return report.problem(path, `is still the placeholder ${String(node.value).trim()}`, { hint, severity });
  });
}

function takesReference(path: TreePath): boolean {
  const [top, key, ...below] = path;
  if (top === 'providerData') return true;
  return key !== undefined && isSecretKey(String(key)) && below.every((step) => typeof step === 'number');
}

/** Problems of malformed references in the text scalars of a map, and of the lists in it. */
export function referenceProblems(node: SourceNode | undefined, path: TreePath, report: Reporter): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [key, member] of node?.members ?? []) {
    const { value } = member;
    if (Array.isArray(value)) problems.push(...referenceProblems(member, [...path, key], report));
    if (typeof value !== 'string') continue;
    for (const { says, hint } of splitReferences(value).problems) {
      problems.push(report.problem([...path, key], malformed(says), hint === undefined ? {} : { hint }));
    }
  }
  return problems;
}

/** Problems of references where the plain value is needed as soon as the file is read, in all text scalars below a path. */
export function noReferences(node: SourceNode | undefined, path: TreePath, report: Reporter): readonly Problem[] {
  const problems: Problem[] = [];
  if (node === undefined) return problems;
  eachScalar(node, (below, { value }) => {
    if (typeof value !== 'string') return;
    const { text, problems: wrong } = splitReferences(value);
    const hint = 'write the value itself, or $${ for a literal ${';
    for (const { says } of wrong) problems.push(report.problem([...path, ...below], malformed(says), { hint }));
    if (isSecretText(text)) {
      problems.push(report.problem([...path, ...below], 'holds a reference where none can be resolved', { hint }));
    }
  });
  return problems;
}

/** A text in which `$${` is a literal `${`, for places without references. */
export function literalText(value: string): string {
  const { text } = splitReferences(value);
  return typeof text === 'string' ? text : value;
}

/** The tree without the null members of the maps at the given paths: a key without a value counts as left out. */
export function withoutNulls(root: SourceNode, paths: readonly TreePath[]): SourceNode {
  return paths.reduce((tree, path) => dropMembersAt(tree, path, (_key, { value }) => value === null), root);
}

/** Names of the configuration keys that `${configuration.KEY}` words in a tree ask for. */
export function askedKeys(root: SourceNode): ReadonlySet<string> {
  const keys = new Set<string>();
  eachScalar(root, (_path, { value }) => {
    if (typeof value !== 'string') return;
    for (const [, key = ''] of value.matchAll(/\$\{configuration\.([^{}]{1,200})\}/g)) keys.add(key);
  });
  return keys;
}

function malformed(says: string): string {
  return `holds a malformed reference: ${says}`;
}
