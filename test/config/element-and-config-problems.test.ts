import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, readFixture } from './reading.ts';
import type { FixtureKind } from './reading.ts';

/** What is told of each fixture: LINE:COL: WHERE: what is wrong (hint). */
const elements: Readonly<Record<string, readonly string[]>> = {
  'api-key-nowhere.bad.yaml': [
    '2:7: auth: names neither header nor query (say with one of them where the API key goes)',
  ],
  'api-key.bad.yaml': ['2:7: auth: names both header and query (say with one of them where the API key goes)'],
  'oauth.bad.yaml': [
    '2:7: auth.tokenUrl: is missing (for example https://example.com/oauth/token)',
    '2:29: auth.grant: must be one of authorizationCode, clientCredentials, but is "password"',
    '3:10: baseUrl: must be an http or https URL, but is "<BASE_URL>" (for example https://api.constantcontact.com/v2)',
  ],
  'wrong.bad.yaml': [
    '1:6: key: must be the name of its file, wrong, but is right (rename the file, or write key: wrong)',
    '2:7: name: must be a text, but is a number (write it in quotes)',
    '3:6: hub: must be a name without spaces and slashes, but is "a/b" (for example marketing or crm)',
    '4:10: baseUrl: must be an http or https URL, but is "api.example.com" (for example https://api.constantcontact.com/v2)',
    '5:14: auth.type: "digest" is not a known kind (known kinds: none, basic, bearer, apiKey, oauth2)',
    '6:11: request.querry: is not a known key (did you mean "query"?)',
    '6:36: request.headers.A: must be a text, a number or true or false, but is a list',
    '7:29: limits.requests.0.count: must be at least 1, but is 0',
    '7:37: limits.requests.0.per: must be a duration, but is "1 second" (for example 1s or 1d)',
    '7:48: limits.requests.1.count: is missing (for example 4)',
    '7:67: limits.scope: must be one of instance, client, element, but is "all"',
    '10:5: resources.contacts.path: is missing (for example /emailmarketing/campaigns)',
    '10:13: resources.contacts.method: must be one of GET, POST, but is "PUT"',
    '11:17: resources.contacts.where.as: "sql" is not a known kind (did you mean "soql"? known kinds: query, odata, soql, jql, template)',
    '12:22: resources.contacts.pagination.by: "cursors" is not a known kind (did you mean "cursor"? known kinds: none, page, offset, nextUrl, link, cursor, lastId)',
    '13:15: resources.contacts.pageSize: must be a map, but is a number',
    '14:10: resources.contacts.get: must be a path with {id}, but is "/contacts" (for example /emailmarketing/campaigns/{id})',
    "15:11: resources.contacts.poll.url: is missing (for example /hubs/crm/contacts?where=updated_at>'${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}')",
    '15:25: resources.contacts.poll.ignorFields: warning: is not a known key and does nothing (did you mean "ignoreFields"?)',
    '16:25: resources.contacts.verified.against: must be one of spec, docs, live, memory, but is "hearsay"',
    '16:38: resources.contacts.verified.on: must be a date, but is "yesterday" (for example 2026-11-21)',
    '17:5: resources.contacts.colour: is not a known key (remove it, or look up how it is spelt)',
  ],
};

const configs: Readonly<Record<string, readonly string[]>> = {
  'defaults.bad.yaml': [
    '2:36: defaults.event.notification.callback.url: is still the placeholder <CALLBACK_URL> (put in the value)',
    '3:21: defaults.oauth.api.secret: holds a malformed reference: the reference ${env:} names nothing (write it like ${env:API_KEY})',
    '4:3: defaults.event.poler.refresh_interval: warning: is not a known key and does nothing (did you mean "event.poller.refresh_interval"?)',
    '5:53: defaults.event.poller.configuration.contacts.url: must be a text, but is a number (write it in quotes)',
  ],
  'too-large.bad.yaml': ['1:23: delivery.retention: is too large'],
  'wrong.bad.yaml': [
    '1:11: elements: must be a list of folders, but is a text (for example ["./elements","/etc/elementd/elements"])',
    '2:12: instances: is empty (for example ./instances)',
    '3:8: state: holds a reference where none can be resolved (write the value itself, or $${ for a literal ${)',
    '4:1: admin: is not a known key (known here: elements, instances, state, defaults, polling, delivery, network, log)',
    '5:24: polling.concurrency: must be at least 1, but is 0',
    '5:36: polling.timeout: must be a duration, but is a number (for example 30s or 2m)',
    '5:58: polling.maxResponseBytes: must be a size, but is "50 MB" (for example 64kB or 50MB)',
    '5:65: polling.maxPage: is not a known key (did you mean "maxPages"?)',
    '6:19: delivery.retry: must be a map, but is a text',
    '6:40: delivery.outbox.bytes: must be a size, but is "lots" (for example 500MB or 1GB)',
    '7:18: network.deny.0: must be an address range, but is "link-locl" (for example link-local or loopback or private or multicast or 10.0.0.0/8)',
    '7:29: network.deny.1: must be an address range, but is "10.0.0.1" (for example link-local or loopback or private or multicast or 10.0.0.0/8)',
    '8:14: log.level: must be one of debug, info, warn, error, but is "verbose"',
  ],
};

function check(kind: FixtureKind, expected: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, problems] of Object.entries(expected)) {
    test(`the file ${kind}/${name} is told exactly what is wrong with it`, () => {
      const catalog = readFixture(kind, name);

      assert.deepEqual(lines(catalog), problems);
    });
  }
}

check('elements', elements);
check('config', configs);
