import { compileDigest } from '../language/digest.ts';
import type { JsonObject, SourceRecord } from '../model/record.ts';

/** So many undated records are kept in mind to see what differs in them. */
const SAMPLE = 20;
/** Fewer than this say nothing about most. */
const FEWEST = 2;
/** So many readings in a row in which most undated records differ from the reading before. */
const READINGS = 2;

/** Finds fields that differ in every reading of undated records, so that the operator can name them in `ignoreFields`. */
export class VolatileFields {
  #before = new Map<string, SourceRecord>();
  #inARow = 0;
  #suspects: ReadonlySet<string> | undefined;

  /** Takes the undated records of a complete reading. Gives the fields' paths once most records differed so often, else undefined. */
  observe(records: ReadonlyMap<string, SourceRecord>): readonly string[] | undefined {
    let compared = 0;
    let differing = 0;
    const changes = new Map<string, number>();
    for (const [recordId, before] of this.#before) {
      const record = records.get(recordId);
      if (record === undefined) continue;
      compared++;
      const paths = differingPaths(before, record, '');
      if (paths.length > 0) differing++;
      for (const path of paths) changes.set(path, (changes.get(path) ?? 0) + 1);
    }
    this.#before = new Map([...records].slice(0, SAMPLE));
    if (compared < FEWEST) return undefined;
    const most = new Set([...changes].filter(([, count]) => count * 2 > compared).map(([path]) => path));
    const suspects =
      this.#suspects === undefined ? most : new Set([...most].filter((path) => this.#suspects?.has(path)));
    if (differing * 2 <= compared || suspects.size === 0) {
      this.#inARow = 0;
      this.#suspects = undefined;
      return undefined;
    }
    this.#suspects = suspects;
    this.#inARow++;
    return this.#inARow === READINGS ? [...suspects].sort() : undefined;
  }
}

const digestOf = compileDigest([]);

function differingPaths(a: JsonObject, b: JsonObject, prefix: string): readonly string[] {
  const paths: string[] = [];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const left = a[key];
    const right = b[key];
    if (left === right) continue;
    if (isPlain(left) && isPlain(right)) paths.push(...differingPaths(left, right, `${prefix}${key}.`));
    else if (left === undefined || right === undefined || digestOf({ left }) !== digestOf({ left: right }))
      paths.push(`${prefix}${key}`);
  }
  return paths;
}

function isPlain(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
