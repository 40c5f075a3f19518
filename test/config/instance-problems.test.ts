import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, readFixture } from './reading.ts';

/** What is told of each fixture: LINE:COL: WHERE: what is wrong (hint). */
const expected: Readonly<Record<string, readonly string[]>> = {
  'missing-element.bad.yaml': ['1:1: element: is missing'],
  'missing-key.bad.yaml': ['2:3: element.key: is missing (for example constantcontact or http)'],
  'not-a-map.bad.yaml': ['1:1: (file): must be an elementd instance, but is a list'],
  'nulls.bad.yaml': [
    '4:3: configuration.oauth.api.key: warning: has no value and counts as left out (remove the key, or put in its value)',
    '6:3: providerData.code: warning: has no value and counts as left out (remove the key, or put in its value)',
  ],
  'placeholders.bad.yaml': [
    '4:18: configuration.oauth.api.key: is still the placeholder <CLIENT_ID> (put in the value, or a reference such as ${env:NAME}, ${file:PATH} or ${cred:NAME})',
    '5:34: configuration.event.poller.refresh_interval: is still the placeholder <minutes> (put in the value)',
    '8:12: configuration.event.poller.configuration.contacts.url: is still the placeholder <URL OF THE CONTACTS> (put in the value)',
    '9:17: configuration.event.poller.configuration.contacts.schedule: is still the placeholder <HOW_OFTEN> (put in the value)',
    '10:21: configuration.event.poller.configuration.contacts.deletes.by: is still the placeholder <KIND> (put in the value)',
    '12:5: tags.0: is still the placeholder <Add_Your_Tag> (put in the value)',
    '13:7: name: is still the placeholder < your name > (put in the value)',
    '14:22: providerData.code: warning: is still the placeholder <CODE> (put in the value, or a reference such as ${env:NAME}, ${file:PATH} or ${cred:NAME})',
  ],
  'references.bad.yaml': [
    '4:18: configuration.oauth.api.key: holds a malformed reference: the reference ${env:} names nothing (write it like ${env:API_KEY})',
    '5:13: configuration.password: holds a malformed reference: the reference ${env: has no closing } (write it like ${env:API_KEY})',
    '6:7: name: holds a reference where none can be resolved (write the value itself, or $${ for a literal ${)',
    '7:8: tags.0: holds a malformed reference: the reference ${cred:…} names no credential (write the value itself, or $${ for a literal ${)',
    '8:22: providerData.code: holds a malformed reference: the reference ${file:} names nothing (write it like ${file:/run/secrets/api-key})',
  ],
  'unknown-element.bad.yaml': [
    '1:16: element.key: names the element "sampel", which does not exist (did you mean "sample"? known elements: http, sample; http is for any JSON API, without an element file)',
  ],
  'unknown-keys.bad.yaml': [
    '4:3: configuration.event.notification.calback.url: warning: is not a known key and does nothing (did you mean "event.notification.callback.url"?)',
    '5:3: configuration.event.poller.refresh-interval: warning: is not a known key and does nothing (did you mean "event.poller.refresh_interval"?)',
    '6:3: configuration.colour: warning: is not a known key and does nothing (remove it, or look up how it is spelt)',
    '7:3: configuration.event: warning: is not a known key and does nothing (keys are flat: write event.poller.refresh_interval: … instead of nested maps)',
    '13:7: configuration.event.poller.configuration.contacts.idfield: warning: is not a known key and does nothing (did you mean "idField"?)',
    '14:7: configuration.event.poller.configuration.contacts.createdDateField: warning: is not a known key and does nothing (put it into datesConfiguration)',
    '15:28: configuration.event.poller.configuration.contacts.datesConfiguration.updatedField: warning: is not a known key and does nothing (known here: updatedDateField, updatedDateFormat, updatedDateTimezone, createdDateField, createdDateFormat, createdDateTimezone, createdCheckTolerance)',
    '16:1: event.objects: warning: is not a known key and does nothing (put it under configuration)',
    '17:1: tag: warning: is not a known key and does nothing (did you mean "tags"?)',
  ],
  'wrong-kinds.bad.yaml': [
    '6:24: configuration.event.poller.configuration.contacts.pagination.by: "offsets" is not a known kind (did you mean "offset"? known kinds: none, page, offset, nextUrl, link, cursor, lastId)',
    '7:21: configuration.event.poller.configuration.contacts.deletes.by: "feeds" is not a known kind (did you mean "feed"? known kinds: none, sweep, flag, feed)',
    '10:19: configuration.event.poller.configuration.deals.pagination.by: is missing (known kinds: none, page, offset, nextUrl, link, cursor, lastId)',
    '11:21: configuration.event.poller.configuration.deals.deletes.by: "swep" is not a known kind (did you mean "sweep"? known kinds: none, sweep, flag, feed)',
    '12:18: configuration.event.poller.configuration.deals.schedule.cron: is missing, but "corn" stands there (did you mean "cron"?)',
    "14:7: configuration.event.poller.configuration.leads.url: is missing (for example /hubs/crm/contacts?where=updated_at>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}')",
    '15:19: configuration.event.poller.configuration.leads.pagination.at: is missing (for example meta.pagination.next_link)',
    '15:33: configuration.event.poller.configuration.leads.pagination.param: is not a known key (known here: by, at, untilEmpty, more, end, keep)',
    '16:35: configuration.event.poller.configuration.leads.deletes.every: must be a duration, but is "daily" (for example 24h or 1h)',
    '16:52: configuration.event.poller.configuration.leads.deletes.maxShare: must be at most 1, but is 2',
  ],
  'wrong-values.bad.yaml': [
    '1:16: element.key: must be an element key, but is a number (write it in quotes)',
    '2:7: name: must be a text, but is a number (write it in quotes)',
    '3:5: id: must be a whole number, but is a text (for example 12345)',
    '4:7: tags: must be a list of tags, but is a text (for example ["production"])',
    '6:31: configuration.event.notification.enabled: must be true or false, but is "yes"',
    '7:36: configuration.event.notification.callback.url: must be an http or https URL, but is "example.com/events" (for example https://example.com/events)',
    '9:34: configuration.event.poller.refresh_interval: must be a number of minutes, or a duration, but is "15 minutes" (for example 15 or 30s)',
    '10:30: configuration.event.notification.format: must be one of cloud-elements, cloudevents, standard, but is "cloudevent" (did you mean "cloudevents"?)',
    '11:18: configuration.oauth.api.key: must be a text or a number, but is a list (for example ${env:OAUTH_API_KEY})',
    "14:12: configuration.event.poller.configuration.contacts.url: is empty (for example /hubs/crm/contacts?where=updated_at>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}')",
    '15:16: configuration.event.poller.configuration.contacts.idField: is empty (for example id or ["account.id","id"])',
    '16:17: configuration.event.poller.configuration.contacts.pageSize: must be at least 1, but is 0',
    '17:18: configuration.event.poller.configuration.contacts.pollDelay: must be at least 0, but is -1',
    '18:30: configuration.event.poller.configuration.contacts.createdCheckTolerance: must be a number of seconds, but is "many" (for example 10)',
    '19:17: configuration.event.poller.configuration.contacts.schedule: must be a duration, or a map with cron and timezone, but is "5 minutes" (for example 5m or {"cron":"*/5 9-17 * * 1-5","timezone":"Europe/Berlin"})',
    '20:14: configuration.event.poller.configuration.contacts.start: must be `now`, `all` or an ISO instant, but is "yesterday" (for example now or all or 2026-01-02T03:04:05Z)',
    '21:17: configuration.event.poller.configuration.contacts.baseline: must be one of auto, scan, none, but is "ato" (did you mean "auto"?)',
    '22:16: configuration.event.poller.configuration.contacts.compare: must be one of both, date, content, but is "dates" (did you mean "date"?)',
    '23:21: configuration.event.poller.configuration.contacts.ignoreFields: must be a list of dotted paths, but is a text (for example ["last_seen","stats.views"])',
    '24:15: configuration.event.poller.configuration.contacts.method: must be one of GET, POST, but is "DELETE"',
    '25:12: configuration.event.poller.configuration.contacts.map: must be true or false, but is a number (for example true)',
    '26:16: configuration.event.poller.configuration.contacts.headers: must be a map of headers, but is a list (for example {"Accept":"application/json"})',
    '27:13: configuration.event.poller.configuration.contacts.body: must be a text, or a map, but is a list (for example {"since": "${gmtDate:yyyy-MM-dd\'T\'HH:mm:ss\'Z\'}"} or {"filter":{"since":"${epoch:s}"},"limit":100})',
    '28:12: configuration.event.poller.configuration.deals: must be a map, but is a text (for example {"url":"/hubs/crm/contacts","idField":"id"})',
  ],
};

for (const [name, problems] of Object.entries(expected)) {
  test(`an instance file is told exactly what is wrong with it: ${name}`, () => {
    const catalog = readFixture('instances', name);

    assert.deepEqual(lines(catalog), problems);
  });
}
