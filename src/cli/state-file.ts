import { createHash } from 'node:crypto';
import type { StoredTokens } from '../io/token-store.ts';
import { tokensOf } from '../io/token-store.ts';
import { parseExact, writeExact } from '../language/exact-json.ts';
import { Fault } from '../model/fault.ts';
import type { Keepsake } from '../model/journal.ts';
import type { Json } from '../model/record.ts';

/** What a file of exported state holds, by its last line. */
export interface StateCounts {
  feeds: number;
  records: number;
  deliveries: number;
  deadLetters: number;
  tokens: number;
}

/** What such a file is made of beside its first and last line. */
export type StatePiece =
  Keepsake | { readonly kind: 'tokens'; readonly instance: string; readonly tokens: StoredTokens };

const VERSION = 1;
/** The first words of every such file. */
const FORMAT = 'elementd state';

/** The lines of a file: a head, the pieces, and an end that proves that all of it is there. */
export async function* writeStateFile(
  pieces: AsyncIterable<StatePiece>,
  head: () => { readonly version: string; readonly at: number; readonly counts: object },
): AsyncIterable<string> {
  const sum = createHash('sha256');
  const counts: StateCounts = { feeds: 0, records: 0, deliveries: 0, deadLetters: 0, tokens: 0 };
  let lines = 0;
  const line = (value: Json): string => {
    const text = writeExact(value);
    sum.update(`${text}\n`);
    lines++;
    return text;
  };
  const first = (): string => {
    const { version, at, counts: expected } = head();
    const said = {
      format: FORMAT,
      version: VERSION,
      elementd: version,
      at: new Date(at).toISOString(),
      counts: expected,
    };
    return line(said as unknown as Json);
  };
  // The head is written when the first piece is there: then the instant that all of it shows has come.
  for await (const piece of pieces) {
    if (lines === 0) yield first();
    count(counts, piece);
    yield line(piece as unknown as Json);
  }
  if (lines === 0) yield first();
  yield writeExact({ kind: 'end', counts: { ...counts }, lines, sha256: sum.digest('hex') });
}

/**
 * The pieces of a file. Ends only where its last line proves that nothing is missing and nothing has changed; rejects with a Fault
 * otherwise. Until then what it gave proves nothing.
 */
export async function* readStateFile(bytes: AsyncIterable<Uint8Array>): AsyncIterable<StatePiece> {
  const sum = createHash('sha256');
  const counts: StateCounts = { feeds: 0, records: 0, deliveries: 0, deadLetters: 0, tokens: 0 };
  let lines = 0;
  let ended = false;
  for await (const text of linesOf(bytes)) {
    if (ended) throw unusable('it goes on behind its last line');
    const parsed = parseExact(text);
    if (!parsed.ok) throw unusable(`line ${lines + 1} cannot be read: ${parsed.says}`);
    const value = parsed.value as { readonly [key: string]: Json | undefined };
    if (lines === 0) checkHead(value);
    else if (value['kind'] === 'end') {
      if (value['lines'] !== lines || value['sha256'] !== sum.digest('hex'))
        throw unusable('its lines are not those that were written');
      if (JSON.stringify(value['counts']) !== JSON.stringify(counts)) throw unusable('its counts do not fit it');
      ended = true;
      continue;
    } else {
      const piece = pieceOf(value);
      if (piece === undefined) throw unusable(`line ${lines + 1} says nothing known`);
      count(counts, piece);
      yield piece;
    }
    sum.update(`${text}\n`);
    lines++;
  }
  if (!ended) throw unusable('it ends before its last line, so it was cut off');
}

function checkHead(value: { readonly [key: string]: Json | undefined }): void {
  if (value['format'] !== FORMAT) throw unusable('it is no file of `elementd state export`');
  const version = value['version'];
  if (typeof version === 'number' && version > VERSION)
    throw new Fault('state-newer', `the file says version ${version}; this elementd knows ${VERSION}`, {
      hint: 'run the version of elementd that wrote it, or a later one',
    });
}

function pieceOf(value: { readonly [key: string]: Json | undefined }): StatePiece | undefined {
  switch (value['kind']) {
    case 'feed':
      return has(value['head'], { feed: 'string', identity: 'string', birth: 'number', watermark: 'number' })
        ? (value as unknown as StatePiece)
        : undefined;
    case 'told':
      return Array.isArray(value['told']) ? (value as unknown as StatePiece) : undefined;
    case 'delivery':
      return has(value['delivery'], { id: 'string', feed: 'string' }) && typeof value['body'] === 'string'
        ? (value as unknown as StatePiece)
        : undefined;
    case 'tokens': {
      const tokens = tokensOf(value['tokens']);
      const instance = value['instance'];
      return tokens === undefined || typeof instance !== 'string' ? undefined : { kind: 'tokens', instance, tokens };
    }
    default:
      return undefined;
  }
}

function has(value: Json | undefined, members: Readonly<Record<string, 'string' | 'number'>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const object = value as { readonly [key: string]: Json | undefined };
  return Object.entries(members).every(([name, type]) => typeof object[name] === type);
}

function count(counts: StateCounts, piece: StatePiece): void {
  if (piece.kind === 'feed') counts.feeds++;
  else if (piece.kind === 'told') counts.records += piece.told.length;
  else if (piece.kind === 'tokens') counts.tokens++;
  else if (piece.diedAt === undefined) counts.deliveries++;
  else counts.deadLetters++;
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of bytes) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    rest.push(parts[0] ?? '');
    if (parts.length === 1) continue;
    yield rest.join('');
    yield* parts.slice(1, -1);
    rest = [parts.at(-1) ?? ''];
  }
  const last = rest.join('') + decoder.decode();
  if (last !== '') yield last;
}

function unusable(says: string): Fault {
  return new Fault('journal-damaged', `the file cannot be imported: ${says}`, {
    hint: 'nothing was changed; export it again',
  });
}
