import { readCatalog } from '../../src/config/read-catalog.ts';
import type { Feed } from '../../src/model/feed.ts';
import type { Duration } from '../../src/model/instant.ts';
import { compilePlan } from '../../src/plan/compile-plan.ts';
import type { Dice } from './dice.ts';

export const second: Duration = 1_000;
export const minute: Duration = 60 * second;
export const hour: Duration = 60 * minute;

/** How a provider keeps, dates, lists and deletes its records, and how it is watched. */
export interface FeedSetting {
  /** Of the account: the feed is `<name>/things`. */
  readonly name: string;
  readonly callback: 'one' | 'two';
  readonly every: Duration;
  /** Between two sweeps. */
  readonly sweepEvery: Duration;
  /** Records show when they changed, and when they were created. */
  readonly dated: boolean;
  readonly createdDate: boolean;
  /** The precision of the provider's dates. */
  readonly unit: Duration;
  /** The precision of the filter's date; undefined: everything is asked for in every poll. */
  readonly asks: Duration | undefined;
  /** The filter leaves out what is dated exactly at its bound. */
  readonly exclusive: boolean;
  readonly paging: 'none' | 'page' | 'offset' | 'numbered' | 'nextUrl' | 'link' | 'cursor' | 'lastId';
  readonly pageSize: number;
  readonly order: 'id' | 'oldest' | 'newest';
  readonly deletes: 'none' | 'sweep' | 'flag' | 'feed';
  /** Records show up in searches so much later at most. */
  readonly late: Duration;
  readonly start: 'now' | 'all';
  readonly compare: 'both' | 'content';
  /** Each answer shows another number in a field that is ignored. */
  readonly noise: boolean;
  readonly etags: boolean;
  /** Rows come in any order, and again on the next page. */
  readonly untidy: boolean;
  /** How far the provider's clock is ahead of ours. */
  readonly ahead: Duration;
  /** What its `Date` header says. */
  readonly date: 'true' | 'absent' | 'garbage' | 'ahead' | 'behind';
  /** From a request to its answer, at most. */
  readonly took: Duration;
}

/** What an operator changes in a file, and takes back. */
export interface Edit {
  readonly every?: Duration;
  readonly callback?: 'one' | 'two';
  /** Names one more field that does not count. */
  readonly ignore?: true;
  readonly request?: true;
  /** Another path: the feed is another one from then on. */
  readonly path?: true;
}

/** Draws a provider that shows what it must for its changes to be found at all. `pace`: between two polls. */
export function drawFeed(dice: Dice, name: string, pace: Duration): FeedSetting {
  const dated = dice.chance(0.85);
  const deletes = dice.one(dated ? (['none', 'sweep', 'flag', 'feed'] as const) : (['none', 'sweep', 'flag'] as const));
  const whole = !dated || dice.chance(0.1);
  const paging = dice.one([
    'none',
    'none',
    'page',
    'offset',
    'numbered',
    'nextUrl',
    'link',
    'cursor',
    'lastId',
  ] as const);
  const ahead = dice.one([0, 0, 0, -1_500, 1_500, -20 * second, 20 * second, -hour, hour]);
  // Without the provider's time nobody can tell how late it is there, and a deletion has only its date.
  const honest = ahead < 0 && (deletes === 'feed' || !dated);
  const dates = honest
    ? (['true'] as const)
    : ahead < 0
      ? (['true', 'absent', 'garbage'] as const)
      : (['true', 'true', 'absent', 'garbage', 'ahead', 'behind'] as const);
  return {
    name,
    callback: dice.one(['one', 'one', 'two']),
    sweepEvery: pace * dice.one([1, 3]),
    every: pace * dice.one([1, 1, 2]),
    dated,
    createdDate: dated && dice.chance(0.6),
    unit: dice.one([1, second, second, minute]),
    asks: whole ? undefined : dice.one([1, second, minute]),
    exclusive: dice.chance(0.4),
    paging,
    pageSize: dice.one([1, 2, 2, 3]),
    order: paging === 'lastId' ? 'id' : dated ? dice.one(['id', 'oldest', 'newest']) : 'id',
    deletes,
    late:
      !whole && (deletes === 'none' || deletes === 'flag') && dice.chance(0.3)
        ? dice.one([5 * second, 90 * second])
        : 0,
    start: dice.chance(0.15) ? 'all' : 'now',
    compare: dice.chance(0.15) ? 'content' : 'both',
    noise: dice.chance(0.2),
    etags: dice.chance(0.2),
    untidy: paging !== 'offset' && dice.chance(0.2),
    ahead,
    date: dice.one(dates),
    took: dice.one([20, 300, 2 * second]),
  };
}

const patterns: Readonly<Record<Duration, string>> = {
  1: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
  [second]: "yyyy-MM-dd'T'HH:mm:ss'Z'",
  [minute]: "yyyy-MM-dd'T'HH:mm'Z'",
};

const paginations: Readonly<Record<FeedSetting['paging'], string>> = {
  none: '{by: none}',
  page: '{by: page, param: page}',
  offset: '{by: offset, param: offset}',
  numbered: '{by: link}',
  nextUrl: '{by: nextUrl, at: next}',
  link: '{by: link}',
  cursor: '{by: cursor, at: next, param: cursor}',
  lastId: '{by: lastId, param: after}',
};

const compiled = new Map<string, Feed>();
/** Feeds of several histories; each history has its own. */
const kept = 50;

/** The feed as the daemon would compile it from the file that says all this. */
export function feedOf(setting: FeedSetting, edit: Edit = {}): Feed {
  const text = instanceText(setting, edit);
  const known = compiled.get(`${setting.name} ${text}`);
  if (known !== undefined) return known;
  const instances = [{ path: `instances/${setting.name}.yaml`, bytes: Buffer.from(text) }];
  const catalog = readCatalog({ elements: [], instances }, { configFile: 'config.yaml', root: '/srv/elementd' });
  const { plan, problems } = compilePlan(catalog);
  const feed = plan.feeds.get(`${setting.name}/things`);
  if (feed === undefined) throw new Error(`no feed: ${JSON.stringify([...catalog.problems, ...problems])}\n${text}`);
  if (compiled.size >= kept) compiled.clear();
  compiled.set(`${setting.name} ${text}`, feed);
  return feed;
}

/** The instance's file. */
export function instanceText(setting: FeedSetting, edit: Edit): string {
  const since = `\${gmtDate:${patterns[setting.asks ?? 1]}}`;
  const query = [
    ...(setting.asks === undefined ? [] : [`since=${since}`]),
    ...(edit.request === true ? ['fields=all'] : []),
  ].join('&');
  const ignored = [...(setting.noise ? ['noise'] : []), ...(edit.ignore === true ? ['trifle'] : [])];
  const pattern = JSON.stringify(patterns[setting.unit]);
  const inEnvelope = setting.paging === 'nextUrl' || setting.paging === 'cursor';
  const deletes: Readonly<Record<FeedSetting['deletes'], string>> = {
    none: '{by: none}',
    sweep: `{by: sweep, every: ${setting.sweepEvery / second}s}`,
    flag: '{by: flag, field: deleted}',
    feed: `{by: feed, url: ${JSON.stringify(`/gone?since=${since}`)}, idField: gone, dateField: at, dateFormat: ${pattern}}`,
  };
  return [
    'element: {key: http}',
    'configuration:',
    `  base.url: https://${setting.name}.test`,
    `  event.notification.callback.url: https://${edit.callback ?? setting.callback}.test/hook`,
    '  event.notification.signature.key: a-key-for-signing',
    '  event.poller.configuration:',
    '    things:',
    `      url: ${JSON.stringify(`/${edit.path === true ? 'others' : 'things'}${query === '' ? '' : `?${query}`}`)}`,
    '      idField: id',
    `      schedule: ${(edit.every ?? setting.every) / second}s`,
    ...(setting.dated
      ? [
          '      datesConfiguration:',
          `        updatedDateField: updated`,
          `        updatedDateFormat: ${pattern}`,
          ...(setting.createdDate
            ? ['        createdDateField: created', `        createdDateFormat: ${pattern}`]
            : []),
        ]
      : []),
    ...(setting.late === 0 ? [] : [`      pollDelay: ${setting.late / second + 1}`]),
    `      start: ${setting.start}`,
    `      compare: ${setting.compare}`,
    ...(ignored.length === 0 ? [] : [`      ignoreFields: [${ignored.join(', ')}]`]),
    ...(inEnvelope ? ['      records: data'] : []),
    `      pagination: ${paginations[setting.paging]}`,
    `      deletes: ${deletes[setting.deletes]}`,
  ].join('\n');
}

/** An instant as the provider writes it. */
export function written(instant: number, unit: Duration): string {
  const iso = new Date(instant).toISOString();
  if (unit === 1) return iso;
  return unit === second ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 16)}Z`;
}
