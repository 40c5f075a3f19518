import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOf, fileWith, lines, read } from './reading.ts';

const elements = ['constantcontact', 'infusionsoftrest'].map((key) =>
  fileWith(`elements/${key}.yaml`, `key: ${key}\n`),
);

function readSeed(name: string) {
  return read({ elements, instances: [fileOf(`test/config/fixtures/seeds/${name}.json`, `instances/${name}.json`)] });
}

test('a filled-in Cloud Elements body is a valid instance as it stands', () => {
  const catalog = readSeed('constantcontact-filled');

  const instance = catalog.instances.get('constantcontact-filled');
  assert.deepEqual(lines(catalog), []);
  assert.equal(instance?.elementKey, 'constantcontact');
  assert.equal(instance?.name, 'API_Polling');
  assert.deepEqual(instance?.tags, ['Test']);
  assert.equal(instance?.configuration.get('event.poller.refresh_interval'), '15');
  assert.equal(instance?.configuration.get('event.notification.enabled'), true);
  assert.deepEqual(instance?.polled?.get('campaigns'), {
    url: "/hubs/marketing/campaigns?where=modified_since='${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}'",
    idField: 'id',
    datesConfiguration: {
      updatedDateField: 'modified_date',
      updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'",
      createdDateField: 'modified_date',
      createdDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'",
    },
  });
});

test('a body that is filled in but for its grant code has that one problem, and is an instance all the same', () => {
  const catalog = readSeed('infusionsoftrest-filled');

  assert.deepEqual(
    catalog.problems.map(({ line, column, where }) => [line, column, where]),
    [[6, 9, 'providerData.code']],
  );
  assert.equal(catalog.problems[0]?.severity, 'warning');
  assert.equal(catalog.instances.get('infusionsoftrest-filled')?.providerData.has('code'), false);
});

const left = [
  'providerData.code',
  'configuration.oauth.api.key',
  'configuration.oauth.api.secret',
  'configuration.oauth.callback.url',
  'configuration.event.poller.refresh_interval',
  'tags.0',
  'name',
];

for (const [name, places] of [
  ['constantcontact-template', ['6:9', '9:18', '10:21', '11:23', '14:34', '29:1', '31:8']],
  ['infusionsoftrest-template', ['1:68', '1:135', '1:186', '1:242', '1:411', '1:808', '1:835']],
] as const) {
  test(`a body still to be filled in has one problem for each placeholder, at its place: ${name}`, () => {
    const catalog = readSeed(name);

    assert.deepEqual(
      catalog.problems.map(({ line, column, where }) => `${line}:${column} ${where}`),
      places.map((place, index) => `${place} ${left[index]}`),
    );
    assert.ok(catalog.problems.every(({ says }) => /^is still the placeholder <.*>$/.test(says)));
    assert.deepEqual([...catalog.broken], [name]);
  });
}
