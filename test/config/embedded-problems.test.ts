import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, readFixture } from './reading.ts';

/** What is told of each fixture: LINE:COL: WHERE: what is wrong (hint). */
const expected: Readonly<Record<string, readonly string[]>> = {
  'string-double-folded.bad.yaml': [
    '5:22: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '7:19: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-double.bad.yaml': [
    '7:9: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '8:23: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-escaped.bad.json': [
    '3:141: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '3:177: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-folded.bad.yaml': [
    '8:9: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '9:21: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-literal.bad.yaml': [
    '8:9: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '9:21: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-not-json.bad.yaml': [
    '4:31: configuration.event.poller.configuration: must be a map of polled resources, or its JSON as a string (a reference cannot stand for the whole of it)',
  ],
  'string-single.bad.yaml': [
    '7:9: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '8:21: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
  'string-syntax.bad.yaml': [
    '5:26: configuration.event.poller.configuration: is not valid JSON: block collections are not allowed within { } (look for a missing comma, colon, quote or closing bracket here or in the line above)',
  ],
  'string-twice-escaped.bad.yaml': [
    '4:143: configuration.event.poller.configuration.contacts.pageSze: warning: is not a known key and does nothing (did you mean "pageSize"?)',
    '4:179: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "often" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
  ],
};

for (const [name, problems] of Object.entries(expected)) {
  test(`a JSON string is told exactly what is wrong with it: ${name}`, () => {
    const catalog = readFixture('instances', name);

    assert.deepEqual(lines(catalog), problems);
  });
}
