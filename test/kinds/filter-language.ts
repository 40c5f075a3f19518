import type { Json, JsonObject } from '../../src/model/record.ts';
import { Refusal } from './provider.ts';

/** Says of a row whether a filter holds. */
export type Filter = (row: JsonObject) => boolean;

/** A provider's language of filters: how its tokens look, how its joints are written, and what stands between them. */
export interface Dialect {
  /** One token, from where the last one ended; blanks are skipped before. */
  readonly token: RegExp;
  readonly and: string;
  readonly or: string;
  /** Reads one condition. */
  readonly condition: (reader: Reader) => Filter;
}

/** Reads a filter token by token; throws a Refusal at one that does not belong there. */
export class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string, token: RegExp) {
    const tokens: string[] = [];
    const next = new RegExp(`\\s*(${token.source})`, 'y');
    const end = text.trimEnd().length;
    while (next.lastIndex < end) {
      const from = next.lastIndex;
      const found = next.exec(text)?.[1];
      if (found === undefined) throw new Refusal(`the filter cannot be read from "${text.slice(from)}" on`);
      tokens.push(found);
    }
    this.#tokens = tokens;
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Refusal('the filter ends too early');
    return token;
  }

  /** Takes a token if it is that one. */
  takes(token: string): boolean {
    if (this.next !== token) return false;
    this.#at++;
    return true;
  }

  expect(token: string): void {
    const found = this.take();
    if (found !== token) throw new Refusal(`the filter needs ${token}, not ${found}`);
  }
}

/** Reads a whole filter. AND beside OR needs parentheses. */
export function readFilter(text: string, dialect: Dialect): Filter {
  const reader = new Reader(text, dialect.token);
  const filter = readJoint(reader, dialect);
  if (reader.next !== undefined) throw new Refusal(`the filter goes on with ${reader.next}`);
  return filter;
}

function readJoint(reader: Reader, dialect: Dialect): Filter {
  const terms = [readTerm(reader, dialect)];
  const joint = reader.next === dialect.or ? dialect.or : dialect.and;
  while (reader.takes(joint)) terms.push(readTerm(reader, dialect));
  if (reader.next === dialect.and || reader.next === dialect.or) throw new Refusal('AND and OR need parentheses');
  return joint === dialect.or ? (row) => terms.some((term) => term(row)) : (row) => terms.every((term) => term(row));
}

function readTerm(reader: Reader, dialect: Dialect): Filter {
  if (!reader.takes('(')) return dialect.condition(reader);
  const inside = readJoint(reader, dialect);
  reader.expect(')');
  return inside;
}

/** Compares a field with a value; dates by when they are. */
export function compared(field: string, op: string, value: Json): Filter {
  const tests: Readonly<Record<string, (apart: number) => boolean>> = {
    '=': (apart) => apart === 0,
    '!=': (apart) => apart !== 0,
    '>': (apart) => apart > 0,
    '>=': (apart) => apart >= 0,
    '<': (apart) => apart < 0,
    '<=': (apart) => apart <= 0,
  };
  const test = tests[op];
  if (test === undefined) throw new Refusal(`${op} is no operator`);
  return (row) => {
    const there = row[field];
    if (there === undefined) throw new Refusal(`there is no field ${field}`);
    if (typeof there !== typeof value) return op === '!=';
    return test(there === value ? 0 : String(there) < String(value) ? -1 : 1);
  };
}

/** Values between parentheses, with commas. */
export function readList(reader: Reader, readValue: (token: string) => Json): readonly Json[] {
  reader.expect('(');
  const values = [readValue(reader.take())];
  while (reader.takes(',')) values.push(readValue(reader.take()));
  reader.expect(')');
  return values;
}

/** Whether a field has one of some values. */
export function among(field: string, values: readonly Json[]): Filter {
  const filters = values.map((value) => compared(field, '=', value));
  return (row) => filters.some((filter) => filter(row));
}
