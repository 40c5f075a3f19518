import type { Instant } from '../../src/model/instant.ts';
import type { JsonObject } from '../../src/model/record.ts';

/** A record as the provider has it now. */
export interface Row {
  readonly id: string | bigint;
  readonly version: number;
  readonly created: Instant;
  readonly updated: Instant;
}

/** What happened to a record, oldest first. */
export interface LedgerEntry {
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly id: string | bigint;
  readonly version: number;
  readonly at: Instant;
}

/** When every provider here begins, on its own clock. */
export const BEGINNING: Instant = Date.UTC(2025, 0, 6, 8, 0, 0, 400);

/** An instant as providers here write it: to the second. */
export function written(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The book of a provider: what it has, what happened to it, and its clock. A millisecond passes with each entry. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];
  /** Ids of records that were there when a poll had ended: their deletions are to be told. */
  readonly settled = new Set<string>();
  now: Instant = BEGINNING;
  readonly #idOf: (n: number) => string | bigint;
  readonly #rows = new Map<string, Row>();
  readonly #gone = new Map<string, Row>();
  #made = 0;

  constructor(idOf: (n: number) => string | bigint = (n) => `r${String(n).padStart(2, '0')}`) {
    this.#idOf = idOf;
  }

  pass(ms: number): void {
    this.now += ms;
  }

  create(count = 1): void {
    for (let made = 0; made < count; made++) {
      const id = this.#idOf(++this.#made);
      this.#put({ id, version: 1, created: this.now, updated: this.now }, 'created');
    }
  }

  update(...rows: readonly (Row | undefined)[]): void {
    for (const row of rows) {
      const now = this.#rows.get(String(row?.id));
      if (now !== undefined) this.#put({ ...now, version: now.version + 1, updated: this.now }, 'updated');
    }
  }

  remove(...rows: readonly (Row | undefined)[]): void {
    for (const row of rows) {
      const now = this.#rows.get(String(row?.id));
      if (now === undefined) continue;
      this.#rows.delete(String(now.id));
      this.#gone.set(String(now.id), { ...now, updated: this.now });
      this.#enter('deleted', now);
    }
  }

  /** Brings a deleted record back, as a further version. */
  restore(...rows: readonly (Row | undefined)[]): void {
    for (const row of rows) {
      const gone = this.#gone.get(String(row?.id));
      if (gone === undefined) continue;
      this.#gone.delete(String(gone.id));
      this.#put({ ...gone, version: gone.version + 1, updated: this.now }, 'created');
    }
  }

  /** To be called when a poll has ended. */
  settle(): void {
    for (const id of this.#rows.keys()) this.settled.add(id);
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** Records changed at or after an instant, which is compared with their dates as written; the one changed last stands last. */
  oldest(since: Instant = 0): readonly Row[] {
    return ordered(this.#rows, since);
  }

  /** The same, the one changed last first. */
  newest(since: Instant = 0): readonly Row[] {
    return [...this.oldest(since)].reverse();
  }

  /** Deleted records, `updated` being when; the one deleted last stands last. */
  gone(since: Instant = 0): readonly Row[] {
    return ordered(this.#gone, since);
  }

  #put(row: Row, kind: LedgerEntry['kind']): void {
    this.#rows.set(String(row.id), row);
    this.#enter(kind, row);
  }

  #enter(kind: LedgerEntry['kind'], { id, version }: Row): void {
    this.entries.push({ kind, id, version, at: this.now });
    this.now++;
  }
}

/** A record as it stands in answers. */
export function shown(row: Row): JsonObject {
  const { id, version, created, updated } = row;
  const name = `${id}, version ${version}`;
  return { id, name, version, created_at: written(created), updated_at: written(updated) };
}

function ordered(rows: ReadonlyMap<string, Row>, since: Instant): readonly Row[] {
  return [...rows.values()]
    .filter((row) => Math.floor(row.updated / 1_000) * 1_000 >= since)
    .sort((a, b) => a.updated - b.updated);
}
