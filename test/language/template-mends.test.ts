import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTemplate } from '../../src/language/template.ts';
import { compiled, show } from './templates.ts';

const repaired: readonly (readonly [source: string, right: string, shown: string])[] = [
  [
    "F>='#{'$'}{gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'",
    "F>='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'",
    "F>='<w 2026-01-02T03:04:05Z>'",
  ],
  ["${date:yyyy-MM-dd'\\''T'\\''HH:mm}", "${date:yyyy-MM-dd'T'HH:mm}", '<w 2026-01-02T03:04>'],
  ["F='\\''${epoch:s}'\\''", "F='${epoch:s}'", "F='<w 1767323045>'"],
  ['${DateTimeZone:PST:HH:mm}', '${dateTimeZone:PST:HH:mm}', '<w 19:04>'],
  ['${GMTDate:yyyy}', '${gmtDate:yyyy}', '<w 2026>'],
  ['${NOW:yyyy}', '${now:yyyy}', '<n 2026>'],
  ['${Epoch:S}', '${epoch:s}', '<w 1767323045>'],
  ['${Configuration.Site}', '${configuration.Site}', '<configuration Site>'],
  ["b='${yyyy-MM-dd'T'HH:mm:ss'Z'}'", "b='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'", "b='<w 2026-01-02T03:04:05Z>'"],
  ["b='$yyyy-MM-dd'T'HH:mm:ss'Z'}'", "b='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'", "b='<w 2026-01-02T03:04:05Z>'"],
  ["b='{gmtDate:yyyy-MM-dd}'", "b='${gmtDate:yyyy-MM-dd}'", "b='<w 2026-01-02>'"],
  ["b='$gmtDate:yyyy-MM-dd}'", "b='${gmtDate:yyyy-MM-dd}'", "b='<w 2026-01-02>'"],
  ['$ {date:yyyy}', '${date:yyyy}', '<w 2026>'],
  ['${ date:yyyy }', '${date:yyyy}', '<w 2026>'],
  ['/x/${{Now:yyyy}}/{{now:yyyy}}', '/x/${now:yyyy}/${now:yyyy}', '/x/<n 2026>/<n 2026>'],
  ['{"a":{"b":{date:yyyy}}}', '{"a":{"b":${date:yyyy}}}', '{"a":{"b":<w 2026>}}'],
  [
    "{dateTimeZone:-8:00:yyyy'T'HH}|{epoch:s}",
    "${dateTimeZone:-8:00:yyyy'T'HH}|${epoch:s}",
    '<w 2026T19>|<w 1767323045>',
  ],
  ["$${a}${milliseconds'}", '$${a}${milliseconds}', '${a}<w 1767323045678>'],
  ['${gmtDate:Milliseconds}', '${gmtDate:milliseconds}', '<w 1767323045678>'],
  ['${gmtDate:yyyy-MM-ddTHH:mm}', "${gmtDate:yyyy-MM-dd'T'HH:mm}", '<w 2026-01-02T03:04>'],
  ["w='${date:yyyy-MM-dd'T'HH:mm:ssZ'}'", "w='${date:yyyy-MM-dd'T'HH:mm:ssZ}'", "w='<w 2026-01-02T03:04:05+0000>'"],
  ["w='${date:yyyy-MM-dd'T'HH:mm:ss'Z}'", "w='${date:yyyy-MM-dd'T'HH:mm:ss'Z'}'", "w='<w 2026-01-02T03:04:05Z>'"],
  [
    "w='${date:yyyyZ'}' and b='${date:yyyyZ'}'",
    "w='${date:yyyyZ}' and b='${date:yyyyZ}'",
    "w='<w 2026+0000>' and b='<w 2026+0000>'",
  ],
  ["w='${date:yyyyZ'}' and b<'x'}", "w='${date:yyyyZ}' and b<'x'}", "w='<w 2026+0000>' and b<'x'}"],
  [
    "w=${date:yyyyZ'}&b=${configuration.x}",
    'w=${date:yyyyZ}&b=${configuration.x}',
    'w=<w 2026+0000>&b=<configuration x>',
  ],
  [
    '{"w":"${date:yyyyZ\'}","note":"it\'s"}',
    '{"w":"${date:yyyyZ}","note":"it\'s"}',
    '{"w":"<w 2026+0000>","note":"it\'s"}',
  ],
  ["${date:yyyyZ'}\nX-Other: 'a'}", "${date:yyyyZ}\nX-Other: 'a'}", "<w 2026+0000>\nX-Other: 'a'}"],
];

for (const [source, right, shown] of repaired) {
  test(`the template ${JSON.stringify(source)} is read as ${JSON.stringify(right)}`, () => {
    const result = compileTemplate(source);

    assert.ok(result.ok, result.ok ? '' : result.says);
    assert.equal(result.repaired, right);
    assert.equal(result.template.source, right);
    assert.equal(show(result.template.parts), shown);
    assert.equal(show(compiled(right).parts), shown);
    for (const part of result.template.parts) assert.ok(part.kind !== 'time' || right.startsWith('${', part.offset));
  });
}

const literal = [
  '{date:x}',
  '{date:"yyyy"}',
  '{date:yyyy',
  '{{date:yyyy}',
  '{configuration:yyyy}',
  '{gmtDate:yyyy-bb}',
  '$${gmtDate:yyyy}',
  '{item:yyyy}',
  '$yyyy',
  '$MM is money}',
  '$$yyyy',
  '{"$date":"x"}',
  '$filter={x}',
  "it'\\s",
  '$dd${epoch}',
];

for (const source of literal) {
  test(`in ${JSON.stringify(source)} nothing is read over`, () => {
    const result = compileTemplate(source);

    assert.ok(result.ok);
    assert.equal(result.repaired, undefined);
  });
}
