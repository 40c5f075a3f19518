import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import type { Alias, Node, Scalar } from 'yaml';
import type { TreePath } from '../model/catalog.ts';
import { maxNesting, tooDeepAt } from './nesting.ts';
import { objectOf } from './source-tree.ts';
import type { Finding, ScalarStyle, SourceNode } from './source-tree.ts';
import { syntaxWords } from './syntax-words.ts';

/** The most values that aliases may add to a file: those that repeat aliases reach it quickly. */
const maxAliased = 10_000;

/** A text as a tree. `root` is absent where the text cannot be read at all. */
export interface ParsedText {
  readonly root?: SourceNode;
  readonly findings: readonly Finding[];
}

/** A quote between quotes in the words of a shell; a body that is taken out of a curl command holds it. */
const shellQuote = "'\\''";

const styles: Readonly<Record<string, ScalarStyle>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** Reads YAML 1.2 or JSON. Never throws; `json` only chooses the words of complaints. */
export function parseText(text: string, json: boolean): ParsedText {
  if (text.trim() === '') return refused(0, 'is empty', 'write it, or remove the file');
  const deep = tooDeepAt(text);
  if (deep !== undefined) return refused(deep, `nests values more than ${maxNesting} levels deep`);

  try {
    return parse(text, json);
  } catch {
    return refused(0, `is not valid ${json ? 'JSON' : 'YAML'}`, 'look at it with an editor that checks the syntax');
  }
}

function refused(offset: number, says: string, hint?: string): ParsedText {
  return { findings: [{ offset, path: [], says, ...(hint === undefined ? {} : { hint }) }] };
}

function parse(text: string, json: boolean): ParsedText {
  // Duplicate keys are found below, in linear time and with their paths.
  const options = { intAsBigInt: true, uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const shellQuotes = new Set<number>();
  for (const { code, pos } of document.errors) {
    if (code === 'BAD_DQ_ESCAPE' && text.startsWith(shellQuote, pos[0] - 1)) shellQuotes.add(pos[0]);
  }
  // What follows the first complaint is mostly its consequence.
  const [first] = document.errors.filter(({ pos }) => !shellQuotes.has(pos[0])).sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) {
    const { says, hint } = syntaxWords(first.code, first.message, json);
    return refused(Math.min(first.pos[0], text.length), says, hint);
  }
  if (document.contents === null) return refused(0, 'is empty', 'write it, or remove the file');

  const reading = new Reading([...shellQuotes]);
  for (const warning of document.warnings) {
    reading.find(warning.pos[0], [], syntaxWords(warning.code, warning.message, json));
  }
  const root = reading.convert(document.contents, [], 0);
  const endless = reading.endlessAt;
  if (endless !== undefined) return refused(endless, 'repeats its aliases without end', 'write the values out');
  return { root, findings: reading.findings };
}

/** One pass over the parser's tree. */
class Reading {
  readonly findings: Finding[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #aliases = 0;
  #aliased = 0;
  /** Where aliases repeated more than can be meant; what was converted is then of no use. */
  endlessAt: number | undefined;
  /** Where quotes stand that were written for a shell. */
  readonly #shellQuotes: readonly number[];

  constructor(shellQuotes: readonly number[]) {
    this.#shellQuotes = shellQuotes;
  }

  find(offset: number, path: TreePath, words: Omit<Finding, 'offset' | 'path'>): void {
    this.findings.push({ offset, path, ...words });
  }

  convert(node: unknown, path: TreePath, fallback: number): SourceNode {
    let at = fallback;
    if (isAlias(node)) {
      at = node.range?.[0] ?? fallback;
      const target = this.#resolve(node, path, at);
      if (target === undefined) return { value: null, at };
      this.#aliases += 1;
      const result = this.convert(target, path, at);
      this.#aliases -= 1;
      return result;
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return { value: null, at };
    at = node.range?.[0] ?? at;
    if (this.#aliases > 0) this.#aliased += 1;
    if (this.#aliased > maxAliased || path.length > 3 * maxNesting) this.endlessAt ??= at;
    if (this.endlessAt !== undefined) return { value: null, at };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node, path, at);

    this.#open.add(node);
    const result = isMap(node) ? this.#map(node.items, path, at) : this.#list(node.items, path, at);
    this.#open.delete(node);
    return result;
  }

  #resolve(alias: Alias, path: TreePath, at: number): Node | undefined {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      const hint =
        'a text that begins with * must stand in quotes; where an alias is meant, put & and its name before the value, above this line';
      this.find(at, path, { says: 'is an alias, but nothing is named so', hint });
    } else if (this.#open.has(target)) {
      this.find(at, path, { says: 'contains itself', hint: 'write the value out instead of the alias' });
      return undefined;
    }
    return target;
  }

  #list(items: readonly unknown[], path: TreePath, at: number): SourceNode {
    const members = new Map<number, SourceNode>();
    items.forEach((item, index) => members.set(index, this.convert(item, [...path, index], at)));
    return { value: [...members.values()].map((member) => member.value), at, members };
  }

  #map(items: readonly unknown[], path: TreePath, at: number): SourceNode {
    const members = new Map<string, SourceNode>();
    for (const item of items) {
      if (!isPair(item)) continue;
      const key = isAlias(item.key) ? this.#anchors.get(item.key.source) : item.key;
      const keyAt = (item.key as Node | null)?.range?.[0] ?? at;
      const name = keyName(key);
      if (name === undefined) {
        this.find(keyAt, path, {
          says: 'holds a key that is not a text',
          hint: 'a key is a word, if need be in quotes',
        });
        continue;
      }
      if (isScalar(key) && key.anchor !== undefined) this.#anchors.set(key.anchor, key);
      const node = this.convert(item.value, [...path, name], keyAt);
      if (members.has(name)) this.find(keyAt, [...path, name], { says: 'is given twice', hint: 'keep one of the two' });
      else members.set(name, { ...node, keyAt });
    }
    return { value: objectOf(members), at, members };
  }

  #scalar(node: Scalar, path: TreePath, at: number): SourceNode {
    const style = styles[node.type ?? ''] ?? 'plain';
    const end = node.range?.[1] ?? at;
    const written = node.source ?? String(node.value);
    const scalar = { written, style, end };
    if (typeof node.value !== 'string' || !this.#shellQuotes.some((quote) => quote > at && quote < end))
      return { value: this.#plainValue(node.value, path, at), at, scalar };
    const right = node.value.replaceAll(shellQuote, "'");
    const says = `holds ${shellQuote} as a shell needs it: each is read as '`;
    this.find(at, path, { says, hint: "write ' alone", severity: 'warning', right });
    return { value: right, at, scalar };
  }

  #plainValue(value: unknown, path: TreePath, at: number): unknown {
    if (typeof value === 'bigint') {
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      this.find(at, path, { says: 'is an integer too large to be kept exactly', hint: 'write it in quotes' });
      return number;
    }
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.find(at, path, { says: 'is not a finite number', hint: 'write a number, or the text in quotes' });
      return 0;
    }
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
    this.find(at, path, { says: 'is a kind of value that a configuration cannot hold', hint: 'write it in quotes' });
    return null;
  }
}

function keyName(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  if (key.value === null && (key.source ?? '') === '') return undefined;
  return key.source ?? String(key.value);
}
