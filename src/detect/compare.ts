import { compileDigest, dropNulls } from '../language/digest.ts';
import { isObject, recordsIn, recordsPlace } from '../language/records.ts';
import type { CompareRule, FeedHead, Page, Told } from '../model/change.ts';
import type { Reading } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { precisionOf } from './dates.ts';
import type { Untold } from './witness.ts';

/** A version told this soon after its date may have been read while the record was still being written in the same tick. */
const SETTLING: Duration = 60_000;

/** Digests of records under the rules that their remembered versions were stored by. */
export interface Digests {
  /** Under the rule in force. */
  current(record: SourceRecord): string;
  /** Under the rule of a remembered version, the record found again in the page's body, or as it was read where it is not there. */
  under(rule: number, page: Page, recordId: string, record: SourceRecord, current: string): string;
  /** Number of the rule in force. */
  readonly rule: number;
}

/** Prepares the digests of one feed; made once for a poll. */
export function openDigests(head: FeedHead, reading: Reading): Digests {
  const rule = head.rules.length - 1;
  const made = new Map<number, (record: SourceRecord) => string>();
  const digestUnder = (number: number): ((record: SourceRecord) => string) => {
    let digest = made.get(number);
    if (digest === undefined) {
      digest = compileDigest(head.rules[number]?.ignoreFields ?? []);
      made.set(number, digest);
    }
    return digest;
  };
  const former = new WeakMap<Page, Map<number, ReadonlyMap<string, string>>>();
  const current = digestUnder(rule);
  return {
    rule,
    current,
    under(number, page, recordId, record, asNow) {
      if (number === rule) return asNow;
      const old = head.rules[number];
      if (old === undefined) return asNow;
      let byRule = former.get(page);
      if (byRule === undefined) former.set(page, (byRule = new Map()));
      let digests = byRule.get(number);
      if (digests === undefined) byRule.set(number, (digests = digestPage(page, old, reading, digestUnder(number))));
      return digests.get(recordId) ?? digestUnder(number)(old.dropNulls ? dropNulls(record) : record);
    },
  };
}

function digestPage(
  page: Page,
  rule: CompareRule,
  reading: Reading,
  digest: (record: SourceRecord) => string,
): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const found of recordsIn(page.body, recordsPlace(rule, reading.idPaths)) ?? []) {
    if (!isObject(found)) continue;
    const record = rule.dropNulls ? dropNulls(found) : found;
    const id = reading.id(record);
    if (id !== undefined) digests.set(id, digest(record));
  }
  return digests;
}

/** What one reading of a record shows. */
export interface Version {
  /** The updated date where it can be read and does not lie in the future. */
  readonly date: Instant | undefined;
  /** Under the rule of the remembered version. */
  readonly digest: string;
}

/** Why what was read is no other version than what is remembered; undefined where it is one (contract, promise 5). */
export function sameVersion(
  known: Told,
  read: Version,
  rule: CompareRule,
  dateCounts: boolean,
  feed: { readonly unit: Duration; readonly pollDelay: Duration },
): Untold | undefined {
  // The date is part of the content: where that is the same, a date that differs was only read by another pattern than before.
  if (read.digest === known.digest) return 'unchanged';
  if (rule.compare === 'content' || !dateCounts || read.date === undefined || known.date === undefined)
    return undefined;
  if (read.date !== known.date) return undefined;
  if (rule.compare !== 'both') return 'same-date';
  return toldWhileSettling(known, feed.unit, feed.pollDelay) ? undefined : 'settled';
}

/** `late`: a further version of the same tick may come to light so much later. */
function toldWhileSettling(known: Told, patternUnit: Duration, late: Duration): boolean {
  const date = known.date ?? known.at;
  return known.at - date < Math.max(SETTLING, 2 * precisionOf(date, patternUnit)) + late;
}

/** Whether a rule ignores the updated date's own field, so that only the content tells versions apart. */
export function dateIsIgnored(rule: CompareRule, datePath: readonly string[]): boolean {
  const dotted = datePath.join('.');
  return rule.ignoreFields.some((path) => dotted === path || dotted.startsWith(`${path}.`));
}
