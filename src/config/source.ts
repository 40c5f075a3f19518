import type { Reporter, SourceFile, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';
import { decodeFile } from './decode-file.ts';
import { readEmbedded } from './embedded.ts';
import { besideEachOther } from './misplaced.ts';
import { parseText } from './parse-text.ts';
import { offsetOf } from './source-tree.ts';
import type { Finding, SourceNode } from './source-tree.ts';

/** A file that could be read, with what is wrong in it so far. */
export interface Source {
  readonly path: string;
  readonly root: SourceNode;
  readonly report: Reporter;
}

/** A file read, or at least the problems that say why not. */
export interface Opened {
  readonly source?: Source;
  readonly problems: readonly Problem[];
}

/** Reads a file's bytes into a tree; the text at `embedded` is read as JSON and becomes part of it. Never throws. */
export function openSource(file: SourceFile, embedded?: TreePath): Opened {
  const decoded = decodeFile(file.bytes);
  if (!decoded.ok) {
    const { line, column } = placeOfByte(file.bytes, decoded.offset);
    return { problems: [fileProblem(file.path, decoded.says, decoded.hint, line, column)] };
  }

  const { text } = decoded;
  const place = placesOf(text);
  const parsed = parseText(text, file.path.endsWith('.json'));
  const whole =
    parsed.root === undefined || embedded === undefined
      ? parsed
      : readInner(text, parsed.root, embedded, parsed.findings);
  const problems = whole.findings.map((finding) => problemOf(file.path, place, finding));
  if (whole.root === undefined) return { problems };

  const { root } = whole;
  const report: Reporter = {
    problem: (path, says, { hint, severity, key } = {}) =>
      problemOf(file.path, place, {
        offset: offsetOf(root, path, key),
        path,
        says,
        ...(hint === undefined ? {} : { hint }),
        ...(severity === undefined ? {} : { severity }),
      }),
  };
  return { source: { path: file.path, root, report }, problems };
}

/** A problem of a file as a whole. */
export function fileProblem(path: string, says: string, hint?: string, line = 1, column = 1): Problem {
  return {
    file: path,
    line,
    column,
    where: wholeFile,
    says,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  };
}

/** A file's name without folders and its last extension. */
export function baseName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return name.replace(/\.(yaml|yml|json)$/, '');
}

/** What stands in a problem for the path of the whole file. */
const wholeFile = '(file)';

type Place = (offset: number) => { readonly line: number; readonly column: number };

function readInner(text: string, root: SourceNode, embedded: TreePath, before: readonly Finding[]) {
  const inner = readEmbedded(text, root, embedded);
  const { root: whole, findings } = besideEachOther(inner.root, embedded);
  return { root: whole, findings: [...before, ...inner.findings, ...findings].map((found) => shown(found, embedded)) };
}

/** What stands in polled entries is no secret. */
function shown(finding: Finding, polled: TreePath): Finding {
  const inside = finding.path.length > polled.length && polled.every((step, index) => finding.path[index] === step);
  if (finding.right === undefined || !inside) return finding;
  return { ...finding, says: `is read as if it were written right: ${finding.right}` };
}

function problemOf(file: string, place: Place, finding: Finding): Problem {
  const { line, column } = place(finding.offset);
  const where = finding.path.length === 0 ? wholeFile : finding.path.join('.');
  const { says, hint, severity = 'error' } = finding;
  return { file, line, column, where, says, ...(hint === undefined ? {} : { hint }), severity };
}

function placesOf(text: string): Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function placeOfByte(bytes: Uint8Array, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
