import type { TreePath } from '../model/catalog.ts';

/** One value of a file with the places where it stands. Offsets count UTF-16 units of the file's text. */
export interface SourceNode {
  /** Plain data: null, boolean, number, string, array or object. */
  readonly value: unknown;
  /** Where the value begins. */
  readonly at: number;
  /** Where the key that names it begins; absent for list members and the root. */
  readonly keyAt?: number;
  /** Members by key, or by position in a list; undefined where the value is a scalar. */
  readonly members?: ReadonlyMap<string | number, SourceNode>;
  /** How a scalar is written: a number or boolean as its digits or word, a text with the place of its quotes. */
  readonly scalar?: { readonly written: string; readonly style: ScalarStyle; readonly end: number };
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/** Something to mend, found at a place in a file. */
export interface Finding {
  readonly offset: number;
  readonly path: TreePath;
  readonly says: string;
  readonly hint?: string;
  readonly severity?: 'error' | 'warning';
  /** What a text is read as where a slip in it was read over; it may be a secret. */
  readonly right?: string;
}

/** The node that a path leads to, or undefined. */
export function nodeAt(root: SourceNode, path: TreePath): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const step of path) node = node?.members?.get(step);
  return node;
}

/** Where a path stands: its value, with `key` the key that names it, or the nearest parent that exists. */
export function offsetOf(root: SourceNode, path: TreePath, key = false): number {
  let node = root;
  for (const step of path) {
    const next = node.members?.get(step);
    if (next === undefined) return node.at;
    node = next;
  }
  return key ? (node.keyAt ?? node.at) : node.at;
}

/** The same tree with another node at a path; the tree itself where the path leads nowhere. */
export function replaceAt(root: SourceNode, path: TreePath, node: SourceNode): SourceNode {
  const [step, ...rest] = path;
  if (step === undefined) return root.keyAt === undefined ? node : { ...node, keyAt: root.keyAt };
  const member = root.members?.get(step);
  if (root.members === undefined || member === undefined) return root;
  return withMembers(root, new Map(root.members).set(step, replaceAt(member, rest, node)));
}

/** The same map without the members at which the predicate holds. */
function dropMembers(node: SourceNode, wanting: (key: string, member: SourceNode) => boolean): SourceNode {
  if (node.members === undefined || Array.isArray(node.value)) return node;
  const kept = [...node.members].filter(([key, member]) => !wanting(String(key), member));
  return kept.length === node.members.size ? node : withMembers(node, new Map(kept));
}

/** The same tree without those members of the map at a path at which the predicate holds. */
export function dropMembersAt(
  root: SourceNode,
  path: TreePath,
  wanting: (key: string, member: SourceNode) => boolean,
): SourceNode {
  const node = nodeAt(root, path);
  return node === undefined ? root : replaceAt(root, path, dropMembers(node, wanting));
}

/** Visits every node below a tree with its path. */
export function eachNode(node: SourceNode, visit: (path: TreePath) => void, path: TreePath = []): void {
  for (const [key, member] of node.members ?? []) {
    visit([...path, key]);
    eachNode(member, visit, [...path, key]);
  }
}

/** The same tree without the members at which the predicate holds; lists lose nothing. */
export function prune(node: SourceNode, wrong: (path: TreePath) => boolean, path: TreePath = []): SourceNode {
  if (node.members === undefined || Array.isArray(node.value)) return node;
  const kept = [...node.members].filter(([key]) => !wrong([...path, key]));
  return withMembers(node, new Map(kept.map(([key, member]) => [key, prune(member, wrong, [...path, key])])));
}

/** The same map with other members. */
export function withMembers(node: SourceNode, members: ReadonlyMap<string | number, SourceNode>): SourceNode {
  const value = Array.isArray(node.value) ? [...members.values()].map((member) => member.value) : objectOf(members);
  return { ...node, value, members };
}

/** An object of the members' values. A key such as `__proto__` is a key like any other. */
export function objectOf(members: ReadonlyMap<string | number, SourceNode>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, { value }] of members) {
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

/** Calls back for every scalar of a tree, with its path. */
export function eachScalar(
  node: SourceNode,
  visit: (path: TreePath, node: SourceNode) => void,
  path: TreePath = [],
): void {
  if (node.members === undefined) visit(path, node);
  else for (const [step, member] of node.members) eachScalar(member, visit, [...path, step]);
}
