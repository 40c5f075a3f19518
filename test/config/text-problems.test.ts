import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, readFixture } from './reading.ts';

/** What is told of each fixture: LINE:COL: WHERE: what is wrong (hint). */
const expected: Readonly<Record<string, readonly string[]>> = {
  'alias-bomb.bad.yaml': ['1:22: (file): repeats its aliases without end (write the values out)'],
  'binary.bad.yaml': ['3:1: (file): is not a text file (put a YAML or JSON file in its place)'],
  'duplicate-keys.bad.json': [
    '5:5: configuration.event.poller.refresh_interval: is given twice (keep one of the two)',
    '8:3: tags: is given twice (keep one of the two)',
  ],
  'empty.bad.yaml': ['1:1: (file): is empty (write it, or remove the file)'],
  'latin1.bad.yaml': ['2:8: (file): holds a byte that is not UTF-8 (save it as UTF-8)'],
  'numbers.bad.yaml': [
    '2:5: id: is an integer too large to be kept exactly (write it in quotes)',
    '4:3: configuration.account: warning: is not a known key and does nothing (remove it, or look up how it is spelt)',
    '4:12: configuration.account: is an integer too large to be kept exactly (write it in quotes)',
    '5:3: configuration.limit: warning: is not a known key and does nothing (remove it, or look up how it is spelt)',
    '5:10: configuration.limit: is not a finite number (write a number, or the text in quotes)',
  ],
  'syntax.bad.json': [
    '3:3: (file): is not valid JSON: missing , between { } items (look for a missing comma, colon, quote or closing bracket here or in the line above)',
  ],
  'syntax.bad.yaml': [
    '3:1: (file): is not valid YAML: all mapping items must start at the same column (indent entries of one map or list by the same number of spaces, and close every bracket)',
  ],
  'two-documents.bad.yaml': ['2:1: (file): holds more than one document (put each document into a file of its own)'],
  'unknown-alias.bad.yaml': [
    '1:10: element: is an alias, but nothing is named so (a text that begins with * must stand in quotes; where an alias is meant, put & and its name before the value, above this line)',
    '2:11: tags.0: must be a text, but is a list (for example production)',
    '2:12: tags.0.0: contains itself (write the value out instead of the alias)',
  ],
  'unknown-tag.bad.yaml': [
    '1:16: (file): is not valid YAML: an unknown tag (remove the tag, or write the whole value in quotes)',
    '2:16: name: is a kind of value that a configuration cannot hold (write it in quotes)',
  ],
  'utf16.bad.yaml': ['1:1: (file): is written in UTF-16 (save it as UTF-8)'],
};

for (const [name, problems] of Object.entries(expected)) {
  test(`a file that cannot be read as it stands is told exactly what is wrong with it: ${name}`, () => {
    const catalog = readFixture('instances', name);

    assert.deepEqual(lines(catalog), problems);
  });
}
