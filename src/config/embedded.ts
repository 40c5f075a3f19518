import type { TreePath } from '../model/catalog.ts';
import { parseText } from './parse-text.ts';
import type { ParsedText } from './parse-text.ts';
import { isPlaceholder } from './placeholders.ts';
import { scalarOffsets, unescapeOnce } from './scalar-offsets.ts';
import { nodeAt, replaceAt } from './source-tree.ts';
import type { Finding, SourceNode } from './source-tree.ts';

const expected = 'must be a map of polled resources, or its JSON as a string';

/**
 * Reads the JSON inside a text scalar and puts it into the tree in the scalar's place, every value at the place where it stands in the
 * file. A scalar that is no JSON stays, with a finding. Nothing happens where the path leads to no text.
 */
export function readEmbedded(
  file: string,
  root: SourceNode,
  path: TreePath,
): ParsedText & { readonly root: SourceNode } {
  const node = nodeAt(root, path);
  if (node === undefined || typeof node.value !== 'string' || isPlaceholder(node.value)) return { root, findings: [] };

  if (node.value.trim() === '') return { root, findings: [] };
  const { text, place } = unwrap(node.value, file, node);
  const inner = parseText(text, true);
  const findings = inner.findings.map((finding) => placed(finding, path, place));
  if (inner.root === undefined) return { root, findings };
  if (inner.root.members === undefined || Array.isArray(inner.root.value)) {
    const hint = /\$\{(?:env|file|cred):/.test(node.value)
      ? 'a reference cannot stand for the whole of it'
      : 'or leave it out for the default set';
    return { root, findings: [...findings, { offset: node.at, path, says: expected, hint }] };
  }
  return { root: replaceAt(root, path, moved(inner.root, place)), findings };
}

type Place = (offset: number) => number;

/** How often a text may have been escaped more than its place asks for. */
const mostEscapes = 3;

/** The JSON text of a scalar, also where it was escaped or quoted more than once, and how its offsets lead back into the file. */
function unwrap(value: string, file: string, node: SourceNode): { readonly text: string; readonly place: Place } {
  const outer = scalarOffsets(file, node);
  let place: Place = (offset) => outer?.[Math.min(offset, outer.length - 1)] ?? node.at;
  let text = value;
  for (let peeled = 0; peeled < mostEscapes; peeled++) {
    const quoted = /^\s*"/.test(text);
    if (!quoted && !/^\s*[{[](?:\s|\\+[nrt])*\\+["nrt]/.test(text)) break;
    const from = quoted ? text.indexOf('"') + 1 : 0;
    const end = quoted ? text.lastIndexOf('"') : text.length;
    const { text: plain, offsets } = unescapeOnce(text.slice(from, Math.max(from, end)));
    const before = place;
    place = (offset) => before(from + (offsets[Math.min(offset, offsets.length - 1)] ?? 0));
    text = plain;
  }
  return { text, place };
}

function placed(finding: Finding, path: TreePath, place: Place): Finding {
  return { ...finding, path: [...path, ...finding.path], offset: place(finding.offset) };
}

function moved(node: SourceNode, place: Place): SourceNode {
  const at = place(node.at);
  const keyAt = node.keyAt === undefined ? {} : { keyAt: place(node.keyAt) };
  if (node.members === undefined) return { ...node, ...keyAt, at };
  const members = new Map([...node.members].map(([key, member]) => [key, moved(member, place)]));
  return { ...node, ...keyAt, at, members };
}
