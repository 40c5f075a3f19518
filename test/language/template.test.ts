import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileTemplate, printParts } from '../../src/language/template.ts';
import { within } from '../support/within.ts';
import { compiled, show } from './templates.ts';

const words: readonly (readonly [source: string, shown: string])[] = [
  ['', ''],
  ['/plain?a=$5&b=$x&c={d}', '/plain?a=$5&b=$x&c={d}'],
  ['$${gmtDate:yyyy} $$', '${gmtDate:yyyy} $$'],
  ["${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}", '<w 2026-01-02T03:04:05Z>'],
  ["F='${date:yyyy-MM-dd'T'HH:mm:ss.SSS'Z'}'", "F='<w 2026-01-02T03:04:05.678Z>'"],
  ['${gmtDate:MM/dd/yyyy HH:mm:ss}&x=1', '<w 01/02/2026 03:04:05>&x=1'],
  ['${date}', '<w 1767323045678>'],
  ['from=${date}&to=${date}', 'from=<w 1767323045678>&to=<w 1767323045678>'],
  ['${epoch}|${epoch:ms}|${milliseconds}', '<w 1767323045678>|<w 1767323045678>|<w 1767323045678>'],
  ['${epoch:s}|${epoch:us}', '<w 1767323045>|<w 1767323045678000>'],
  ['${dateTimeZone:PST:yyyy-MM-dd HH:mm:ss -0800}', '<w 2026-01-01 19:04:05 -0800>'],
  ["${dateTimeZone:America/Denver:yyyy-MM-dd'T'HH:mm:ss}", '<w 2026-01-01T20:04:05>'],
  ['${dateTimeZone:-8:00:HH:mm}', '<w 19:04>'],
  ['${dateTimeZone:+6:00:HH:mm}', '<w 09:04>'],
  ['${dateTimeZone:GMT:HH:mm}', '<w 03:04>'],
  ['${now:yyyy-MM-dd}', '<n 2026-01-02>'],
  ["${nowTimeZone:GMT:yyyy-MM-dd'T'HH:mm:ss}", '<n 2026-01-02T03:04:05>'],
  ['a=${configuration.oauth.api.key}&b', 'a=<configuration oauth.api.key>&b'],
  ['https://${token.instance_url}/x', 'https://<token instance_url>/x'],
  ['${token.a.b.0}', '<token a/b/0>'],
  ['/x/${where.attributes.since}', '/x/<where attributes.since>'],
  ['k=${env:KEY}${file:/run/a b}${cred:c}', 'k=[env:KEY][file:/run/a b][cred:c]'],
  ["${gmtDate:'{'yyyy'}'}!", '<w {2026}>!'],
  ["${gmtDate:yyyy'}'MM}!", '<w 2026}01>!'],
  ["${gmtDate:h 'o''clock'}!", "<w 3 o'clock>!"],
  ['{"since":"${gmtDate:yyyy-MM-dd\'T\'HH:mm:ss\'Z\'}"}', '{"since":"<w 2026-01-02T03:04:05Z>"}'],
];

for (const [source, shown] of words) {
  test(`the template ${JSON.stringify(source)} reads as ${JSON.stringify(shown)}`, () => {
    assert.equal(show(compiled(source).parts), shown);
  });
}

test('texts are never empty, never side by side, and times know where they begin', () => {
  const { parts } = compiled('a$b$${c${date}${epoch:s}d');

  assert.deepEqual(
    parts.map((part) => (part.kind === 'time' ? part.offset : part.kind)),
    ['text', 7, 14, 'text'],
  );
});

type Wrong = readonly [source: string, at: string, says: RegExp, hint: RegExp];

const wrong: readonly Wrong[] = [
  ['a=${gmtdat:yyyy}', '${gmtdat', /gmtdat.* is no known word/, /did you mean \$\{gmtDate:FORMAT\}/],
  ['a=${epcoh:s}', '${epcoh', /is no known word/, /did you mean \$\{epoch:ms\}/],
  ['a=${datetimzone:GMT:yyyy}', '${date', /is no known word/, /did you mean \$\{dateTimeZone:ZONE:FORMAT\}/],
  ['/c?s=${epoch:0}', '${epoch', /\$\{epoch:0\} is no known word/, /\$\{epoch:s\}/],
  ['a=${epochDate:ms}', '${epoch', /is no known word/, /did you mean \$\{epoch:ms\}/],
  ['a=${timeZoneDate:PST:yyyy}', '${time', /is no known word/, /did you mean \$\{dateTimeZone:ZONE:FORMAT\}/],
  ['a=${currentDate:yyyy}', '${curr', /is no known word/, /did you mean \$\{now:FORMAT\}/],
  ['a=${utc:yyyy}', '${utc', /is no known word/, /did you mean \$\{gmtDate:FORMAT\}/],
  ['a=${gmtDate:ms}', 'ms}', /the date format "ms" is none of Java's/, /write milliseconds/],
  ['a=${now}', '${now', /\$\{now\} is no known word/, /write it as \$\{now:FORMAT\}/],
  ['a=${gmtDate}', '${gmt', /is no known word/, /write it as \$\{gmtDate:FORMAT\}/],
  ['a=${configuration:x}', '${conf', /is no known word/, /write it as \$\{configuration.KEY\}/],
  ['a=${configuration.}', '${conf', /names no key/, /\$\{configuration.KEY\}/],
  ['a=${configuration.a b}', '${conf', /names no key/, /\$\{configuration.KEY\}/],
  ['a=${token.a..b}', '${token', /names no field/, /\$\{token.FIELD\}/],
  ['a=${}', '${}', /\$\{\} is no known word/, /the words are gmtDate/],
  ['a=${HOME}', '${HOME', /is no known word/, /a literal \$\{ is written \$\$\{/],
  ['a=${518862600}', '${5', /is no known word/, /\$\{epoch:s\} prints seconds/],
  ['a=${yyyy-bb}', '${yyyy', /is no known word/, /\$\{gmtDate:yyyy-bb\}/],
  ['a=${env:}', '${env', /names nothing/, /\$\{env:API_KEY\}/],
  ['a=${env:A&b=${date}', '${env', /has no closing \}/, /\$\{env:/],
  ['a=${configuration.a&b=${date}', '${conf', /has no closing \}/, /\$\$\{/],
  ['a=${gmtDate:yyyy-MM', '${gmt', /has no closing \}/, /\$\{gmtDate:FORMAT\}/],
  ['a=${', '${', /has no closing \}/, /\$\$\{/],
  ['a=${gmtDate:}', '${gmt', /has no format/, /\$\{gmtDate:FORMAT\}/],
  ['a=${dateTimeZone:PST:}', '${date', /has no format/, /\$\{dateTimeZone:ZONE:FORMAT\}/],
  ['a=${dateTimeZone:Mars/Base:yyyy}', 'Mars', /"Mars\/Base" is no known time zone/, /Europe\/Berlin/],
  ['a=${dateTimeZone:yyyy-MM-dd}', 'yyyy', /"yyyy-MM-dd" is no known time zone/, /Europe\/Berlin/],
  ['a=${dateTimeZone:{TimeZone}:yyyy-MM-dd}', '{Time', /still the placeholder \{TimeZone\}/, /Europe\/Berlin/],
];

for (const [source, at, says, hint] of wrong) {
  test(`the template ${JSON.stringify(source)} is a problem at ${at}`, () => {
    const result = compileTemplate(source);

    assert.equal(result.ok, false);
    assert.match(result.says, says);
    assert.match(result.hint ?? '', hint);
    assert.equal(result.offset, source.indexOf(at));
  });
}

test('the apostrophe without a partner that leaves more than one meaning is found and swallows nothing', () => {
  const result = compileTemplate("w=${date:yyyy-MM-dd'T HH:mm}&b='x'}");

  assert.equal(result.ok, false);
  assert.match(result.says, /^the format yyyy-MM-dd'T HH:mm has an apostrophe without its partner$/);
  assert.equal(result.offset, 19);
});

test('a format that the patterns refuse is a problem that names it, inside the word', () => {
  const result = compileTemplate('a=${gmtDate:yyyy-bb}');

  assert.equal(result.ok, false);
  assert.match(result.says, /yyyy-bb/);
  assert.ok(result.offset >= 'a=${gmtDate:'.length && result.offset < 'a=${gmtDate:yyyy-bb'.length);
});

test('parts are written again as they stood in the file', () => {
  const written =
    "a$5$${b} '${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}' ${dateTimeZone:-8:00:HH:mm}${epoch:s}${date}${configuration.a.b}" +
    '${token.a.b}${where.since}${env:KEY}${file:/run/a b}';

  assert.equal(printParts(compiled(written).parts), written);
});

test('whatever is put together from the pieces of the grammar, compiling says ok or where it is wrong, at once', () => {
  const piece = fc.constantFrom(
    ...[
      '${',
      '$${',
      '$',
      '{',
      '}',
      "'",
      "''",
      ':',
      '.',
      ' ',
      '\n',
      '"',
      '=',
      '&',
      '-8:00',
      'GMT',
      'PST',
      'a',
      'yyyy-MM-dd',
      'HH:mm:ss',
      "'T'",
      "'Z'",
      'Z',
      '😀',
    ],
    ...[
      'gmtDate:',
      'date',
      'dateTimeZone:',
      'now:',
      'nowTimeZone:',
      'epoch',
      'milliseconds',
      'configuration.',
      'token.',
      'env:',
      'file:',
      "#{'$'}{",
      '{date:yyyy}',
      '$ {now:',
      "'\\''",
      '$yyyy-MM',
      'GMTDATE:',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const source = pieces.join('');

      const result = within(50, () => compileTemplate(source));

      assert.ok(result.ok || (result.says !== '' && result.offset >= 0 && result.offset < source.length));
    }),
    { numRuns: 2_000 },
  );
});

test('hostile repetition costs no more than its length', () => {
  const sources = [
    "${gmtDate:'",
    '${gmtDate:{',
    '$',
    '${date}',
    '${configuration.a.',
    '${dateTimeZone::',
    "'}",
    '$yyyy',
    '$yyyy}',
    '{date:',
    '{date:yyyy',
    '{{date:yy}',
    '{aaaa',
  ];

  const results = within(1_000, () =>
    sources.map((source) => compileTemplate('${gmtDate:yyyy}' + source.repeat(20_000))),
  );

  assert.equal(results.length, sources.length);
});
