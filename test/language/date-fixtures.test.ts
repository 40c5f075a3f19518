// What Java 17 prints and reads, in fixtures/: simpledateformat.jsonl holds patterns that are in use,
// simpledateformat-letters.jsonl every letter, each short zone id, wall times around clock changes, and texts that differ from
// what is printed. The latter was made with OpenJDK 17.0.15: new SimpleDateFormat(pattern, Locale.US), lenient as by default,
// default zone GMT, setTimeZone(TimeZone.getTimeZone(zone)), set2DigitYearStart(1950-01-01T00:00:00Z), a new object for each
// call. Days before 15 October 1582 are left out, for Java's calendar is Julian there. simpledateformat-random.jsonl was made in the
// same way from random patterns, zones and instants, many of them around clock changes; left out of it are zones whose rules are
// amended from year to year, and names of zones that have had several.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileDatePattern } from '../../src/language/date-pattern.ts';

interface Row {
  readonly pattern: string;
  readonly zone?: string;
  readonly instant?: string;
  readonly text?: string;
  readonly parsedMs?: number;
  readonly error?: string;
}

// The compiled test lies below dist/, the fixtures do not.
const folder = new URL(
  import.meta.url.endsWith('.ts') ? './fixtures/' : '../../../test/language/fixtures/',
  import.meta.url,
);

function rowsOf(file: string): readonly Row[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
}

for (const [file, least] of [
  ['simpledateformat.jsonl', 550],
  ['simpledateformat-letters.jsonl', 2200],
  ['simpledateformat-random.jsonl', 300],
] as const) {
  test(`every row of ${file} is printed, read or refused as Java does`, () => {
    const rows = rowsOf(file);

    const differences = rows.flatMap((row): readonly unknown[] => {
      const compiled = compileDatePattern(row.pattern, row.zone ?? '');
      if (!compiled.ok) return row.error === undefined ? [{ row, compiled }] : [];
      if (row.error !== undefined) return [{ row, compiled: 'accepted' }];
      const text = row.instant === undefined ? row.text : compiled.pattern.format(Date.parse(row.instant));
      const parsedMs = compiled.pattern.parse(row.text ?? '');
      return text === row.text && parsedMs === row.parsedMs ? [] : [{ row, text, parsedMs }];
    });

    assert.ok(rows.length >= least);
    assert.deepEqual(differences, []);
  });
}
