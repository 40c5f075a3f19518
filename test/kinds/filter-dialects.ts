import type { Json } from '../../src/model/record.ts';
import { among, compared, readList, type Dialect, type Reader } from './filter-language.ts';
import { instantOf, Refusal } from './provider.ts';

const NAME = '[A-Za-z_][A-Za-z_0-9]*';
const INSTANT = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';

function nameOf(token: string): string {
  if (!new RegExp(`^${NAME}$`).test(token)) throw new Refusal(`${token} is no name`);
  return token;
}

/** An OData filter: dates bare in version 4 and typed before. */
export function odata(version: 3 | 4): Dialect {
  const date = version === 4 ? INSTANT : `datetimeoffset'${INSTANT}'`;
  const words: Readonly<Record<string, string>> = { eq: '=', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=' };
  const valueOf = (token: string): Json => {
    if (token === 'null') return null;
    if (/^\d+$/.test(token)) return Number(token);
    if (new RegExp(`^${date}$`).test(token)) return written(token.replace(/^datetimeoffset'(.*)'$/, '$1'));
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    throw new Refusal(`${token} is no value`);
  };
  return {
    token: new RegExp(`${date}|'(?:[^']|'')*'|${NAME}|\\d+|[(),]`),
    and: 'and',
    or: 'or',
    condition(reader) {
      const first = nameOf(reader.take());
      if (reader.next !== '(') return compared(first, words[reader.take()] ?? '', valueOf(reader.take()));
      return called(
        first,
        readList(reader, (token) => (token.startsWith("'") ? valueOf(token) : [nameOf(token)])),
      );
    },
  };
}

/** A function of OData; a field comes as a list of its name. */
function called(name: string, given: readonly Json[]): ReturnType<Dialect['condition']> {
  const [left, right, more] = given;
  const [field, text] = name === 'substringof' ? [right, left] : [left, right];
  if (!Array.isArray(field) || typeof text !== 'string' || more !== undefined)
    throw new Refusal(`${name} is called with other things than a field and a text`);
  const at = String(field[0]);
  switch (name) {
    case 'startswith':
      return (row) => String(row[at]).startsWith(text);
    case 'contains':
    case 'substringof':
      return (row) => String(row[at]).includes(text);
    default:
      throw new Refusal(`${name} is no function`);
  }
}

/** The condition of a SOQL query: dates bare, texts with backslashes. */
export const soql: Dialect = {
  token: new RegExp(`${INSTANT}|'(?:[^'\\\\]|\\\\.)*'|${NAME}|\\d+|!=|[<>]=?|[=(),]`),
  and: 'AND',
  or: 'OR',
  condition(reader) {
    const field = nameOf(reader.take());
    if (reader.takes('IN')) return among(field, readList(reader, soqlValue));
    if (!reader.takes('LIKE')) return compared(field, reader.take(), soqlValue(reader.take()));
    const pattern = soqlValue(reader.take());
    if (typeof pattern !== 'string' || !/^[^%_\\]+%$/.test(pattern))
      throw new Refusal(`${String(pattern)} is not known here`);
    return (row) => String(row[field]).startsWith(pattern.slice(0, -1));
  },
};

function soqlValue(token: string): Json {
  if (token === 'null') return null;
  if (/^\d+$/.test(token)) return Number(token);
  if (/^\d{4}-/.test(token)) return written(token);
  if (!token.startsWith("'")) throw new Refusal(`${token} is no value`);
  return token.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => {
    if (!"\\'".includes(escaped)) throw new Refusal(`\\${escaped} is no escape`);
    return escaped;
  });
}

/** A JQL condition: every text and date in double quotes, dates to the minute. */
export const jql: Dialect = {
  token: new RegExp(`"(?:[^"\\\\]|\\\\.)*"|${NAME}|\\d+|!=|[<>]=?|[=(),]`),
  and: 'AND',
  or: 'OR',
  condition(reader) {
    const field = nameOf(reader.take());
    if (reader.takes('in')) return among(field, readList(reader, jqlValue));
    if (reader.takes('is')) return empty(field, reader);
    return compared(field, reader.take(), jqlValue(reader.take()));
  },
};

function empty(field: string, reader: Reader): ReturnType<Dialect['condition']> {
  const op = reader.takes('not') ? '!=' : '=';
  reader.expect('EMPTY');
  return compared(field, op, null);
}

function jqlValue(token: string): Json {
  if (/^\d+$/.test(token)) return Number(token);
  const text = /^"(.*)"$/s.exec(token)?.[1]?.replace(/\\(["\\])/g, '$1');
  if (text === undefined) throw new Refusal(`${token} is no value`);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(text) ? written(`${text.replace(' ', 'T')}:00Z`) : text;
}

/** An instant as rows write theirs. */
function written(text: string): string {
  return `${new Date(instantOf(text)).toISOString().slice(0, 19)}Z`;
}
