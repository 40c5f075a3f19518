import type { CatalogInstance } from '../model/catalog.ts';
import type { CompareRule } from '../model/change.ts';
import type { AccountPlan, Callback, Feed } from '../model/feed.ts';
import type { ElementFile, ElementResource, PolledResource } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import { feedIdentity, hashId, hashNumber } from '../language/identity.ts';
import { textPrint } from './account.ts';
import { compileRequest, type CompiledRequest } from './compile-request.ts';
import { flagOf, formatOf, secondsOf } from './configuration.ts';
import { planDeletes } from './deletes.ts';
import {
  idFieldOf,
  planBaseline,
  planErrorRule,
  planReading,
  planRule,
  planSchedule,
  planStart,
  warnOfUnread,
} from './entry.ts';
import type { Findings } from './findings.ts';
import { planPagination } from './pagination.ts';

const DEFAULT_TOLERANCE: Duration = 10_000;

/** What a feed is compiled from. */
export interface FeedSource {
  readonly instance: CatalogInstance;
  readonly element: ElementFile;
  readonly resourceKey: string;
  readonly entry: PolledResource;
  readonly account: AccountPlan;
  readonly callback: Callback | undefined;
  readonly interval: Duration;
  /** Paths count from the entry. */
  readonly findings: Findings;
}

/** Compiles one polled entry into a feed ready to run. Undefined where an error was found. */
export function compileFeed(source: FeedSource): Feed | undefined {
  const { instance, element, resourceKey, entry, account, callback, findings } = source;
  const pollDelay = secondsOf(entry.pollDelay, 0);
  const compile = (asked: PolledResource, name: string | undefined, told: Findings): CompiledRequest | undefined =>
    compileRequest({
      instance,
      element,
      entry: asked,
      resourceKey: name,
      findings: told,
      settings: (resource) => ({
        pagination: planPagination(asked.pagination ?? resource?.pagination, idFieldOf(asked, resource), told),
        pollDelay,
      }),
    });
  const compiled = compile(entry, resourceKey, findings);
  const resource: ElementResource | undefined = compiled?.resource;
  const reading = planReading(entry, resource, findings);
  warnOfUnread(entry, findings);
  const schedule = planSchedule(entry, source.interval, findings);
  const start = planStart(entry, findings);
  const dropNulls = flagOf(instance, 'filter.response.nulls', true);
  const deletes = planDeletes({
    file: entry.deletes ?? resource?.deletes,
    entry,
    idPaths: reading.idPaths,
    account,
    dropNulls,
    compile: (asked, told) => compile(asked, undefined, told),
    findings,
  });
  const names = 'the key names the feed and the objectType of its events';
  if (resourceKey.trim() === '') findings.error([], 'has no name', names);
  if (/^\s*<[^<>]+>\s*$/.test(resourceKey)) findings.error([], `is still named ${resourceKey.trim()}`, names);
  const asksWithToken =
    compiled?.request.usesToken === true || (deletes.by === 'feed' && deletes.listing.request.usesToken);
  if (asksWithToken && account.type !== 'oauth2') {
    findings.error(
      ['url'],
      '${token.…} is used, but the account has no token answer',
      'only OAuth 2.0 accounts have one',
    );
  }
  const everything = { watermark: undefined, now: 0 };
  if (deletes.by === 'sweep' && compiled?.request.upperBound(everything) !== undefined) {
    findings.warn(
      ['deletes'],
      'finds no deletion: the request holds an upper bound, so what is absent may only be newer',
      'leave ${now…} out of the request',
    );
  }
  if (compiled === undefined || findings.failed()) return undefined;

  const id = `${instance.id}/${resourceKey}`;
  const rule = planRule(entry, resource, dropNulls);
  const hub = element.hub ?? 'general';
  const idFields = reading.idPaths.map((path) => path.join('.'));
  const subject = { element: element.key, base: compiled.base, path: compiled.path, idFields };
  return {
    id,
    instance: instance.id,
    resource: resourceKey,
    elementKey: element.key,
    identity: feedIdentity(instance.id, subject),
    subject,
    aspects: {
      request: compiled.print,
      schedule: 'every' in schedule ? `every ${schedule.every}` : `cron ${schedule.cron} ${schedule.zone}`,
      routing: routingPrint(callback, instance, account),
      reading: readingPrint(rule, entry, resource),
    },
    schedule,
    start,
    baseline: planBaseline(entry, reading, deletes, compiled.request.hasWatermark),
    request: compiled.request,
    errorWhen: planErrorRule(entry.errorWhen ?? resource?.errorWhen),
    reading,
    rule,
    createdTolerance: secondsOf(
      entry.createdCheckTolerance ?? entry.datesConfiguration?.createdCheckTolerance,
      DEFAULT_TOLERANCE,
    ),
    pollDelay,
    deletes,
    callback,
    teller: {
      format: formatOf(instance),
      feed: id,
      objectType: resourceKey,
      elementKey: element.key,
      hub,
      instance: instance.id,
      instanceName: instance.name ?? instance.id,
      tags: instance.tags,
      numericId: instance.numericId ?? 1 + hashNumber(`instance ${instance.id}`, 9_999_999),
    },
    account,
  };
}

/** What other aspects say, or what nobody reads. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'url',
  'schedule',
  'method',
  'where',
  'query',
  'headers',
  'body',
  'path',
  'poll',
  'verified',
]);

function readingPrint(rule: CompareRule, entry: PolledResource, resource: ElementResource | undefined): string {
  const told = [entry, resource ?? {}].map((settings) =>
    Object.entries(settings)
      .filter(([key]) => !ELSEWHERE.has(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return hashId(JSON.stringify([rule, told]));
}

function routingPrint(callback: Callback | undefined, instance: CatalogInstance, account: AccountPlan): string {
  return hashId(
    JSON.stringify([
      textPrint(callback?.url),
      callback?.headers.map(([name, value]) => [name, textPrint(value)]) ?? [],
      [callback?.basic?.username, callback?.basic?.password, ...(callback?.signatureKeys ?? [])].map(textPrint),
      formatOf(instance),
      instance.name ?? '',
      instance.tags,
      instance.numericId ?? 0,
      account.fingerprint,
    ]),
  );
}
