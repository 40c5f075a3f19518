import type { TreePath } from '../model/catalog.ts';
import { entryKeys } from './schema-check.ts';
import { nodeAt, replaceAt, withMembers } from './source-tree.ts';
import type { Finding, SourceNode } from './source-tree.ts';

const known = new Set(entryKeys);

/**
 * Puts polled entries that stand inside another entry, or inside its dates, beside it: a brace was closed too late. Each is a warning; one
 * that stands beside it already is left out.
 */
export function besideEachOther(
  root: SourceNode,
  path: TreePath,
): { readonly root: SourceNode; readonly findings: readonly Finding[] } {
  const polled = nodeAt(root, path);
  if (polled?.members === undefined || Array.isArray(polled.value)) return { root, findings: [] };
  const beside = new Map<string | number, SourceNode>();
  const findings: Finding[] = [];
  const entries = [...polled.members].map(([key, entry]) => ({ key, entry, inside: undefined as string | undefined }));
  for (const { key, entry, inside } of entries) {
    const offset = entry.keyAt ?? entry.at;
    const taken = inside !== undefined && (polled.members.has(key) || beside.has(key));
    if (inside !== undefined) {
      const says = `stands inside "${inside}"${taken ? ', and beside it, too: only that one is read' : ''}`;
      const right = 'is read as if it were written right: beside it';
      const hint = 'close the brace of the entry before it earlier';
      findings.push({
        offset,
        path: [...path, key],
        says: taken ? says : `${says}: ${right}`,
        hint,
        severity: 'warning',
      });
    }
    const { rest, moved } = parted(entry);
    for (const [name, node] of moved) entries.push({ key: name, entry: node, inside: String(key) });
    if (!taken) beside.set(key, rest);
  }
  return findings.length === 0
    ? { root, findings }
    : { root: replaceAt(root, path, withMembers(polled, beside)), findings };
}

type Member = readonly [key: string | number, node: SourceNode];

function parted(entry: SourceNode): { readonly rest: SourceNode; readonly moved: readonly Member[] } {
  const moved: Member[] = [];
  const without = (node: SourceNode): SourceNode => {
    if (node.members === undefined || Array.isArray(node.value)) return node;
    const kept: Member[] = [];
    for (const member of node.members) (isEntry(member) ? moved : kept).push(member);
    return kept.length === node.members.size ? node : withMembers(node, new Map(kept));
  };
  const dates = nodeAt(entry, ['datesConfiguration']);
  const rest = without(entry);
  return { rest: dates === undefined ? rest : replaceAt(rest, ['datesConfiguration'], without(dates)), moved };
}

function isEntry([key, node]: Member): boolean {
  return !known.has(String(key)) && typeof nodeAt(node, ['url'])?.value === 'string';
}
