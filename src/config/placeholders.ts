import type { TreePath } from '../model/catalog.ts';
import { eachScalar } from './source-tree.ts';
import type { SourceNode } from './source-tree.ts';

/** Whether a text is a value that was left to be filled in: as a whole `<LIKE_THIS>`. */
export function isPlaceholder(text: string): boolean {
  return /^\s*<[^<>/](?:[^<>]*[^<>/])?>\s*$/.test(text);
}

/** Paths of all values that were left to be filled in. */
export function placeholdersIn(root: SourceNode): readonly { readonly path: TreePath; readonly node: SourceNode }[] {
  const found: { path: TreePath; node: SourceNode }[] = [];
  eachScalar(root, (path, node) => {
    if (typeof node.value === 'string' && isPlaceholder(node.value)) found.push({ path, node });
  });
  return found;
}
