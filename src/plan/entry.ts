import type { CompareRule } from '../model/change.ts';
import type { DateField, Deletes, Reading, Schedule } from '../model/feed.ts';
import type { ElementResource, ErrorWhen, PolledResource } from '../model/files.ts';
import type { ErrorRule } from '../model/pagination.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { compileCron } from '../language/cron.ts';
import { readDatePattern } from '../language/date-mend.ts';
import { nearest } from '../language/nearest.ts';
import { knownZone } from '../language/date-pattern.ts';
import { parseDuration } from '../language/duration.ts';
import { at, parsePath } from '../language/path.ts';
import { readAs, type Findings } from './findings.ts';

/** What a date is read by where the file says no format: ISO 8601 with seconds and a zone, with a fraction or without. */
const ISO = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";

const hintOfId = 'name the field that holds the id of a record, as idField of an entry of event.poller.configuration';

/** Keys of former and later systems that change what is told, and that nobody reads here. */
const UNREAD = ['xPath', 'parameters', 'postHooks', 'postHookPipelines'] as const;

/** Warns of what an entry asks for that is not done. */
export function warnOfUnread(entry: PolledResource, findings: Findings): void {
  for (const key of UNREAD) {
    const value = JSON.stringify(entry[key] ?? '');
    if (['""', '{}', '[]', 'false'].includes(value)) continue;
    findings.warn([key], 'is not done: records are told as the answer holds them', 'say it in url, records or body');
  }
}

/** How ids and dates of a feed's records are read. */
export function planReading(entry: PolledResource, resource: ElementResource | undefined, findings: Findings): Reading {
  const idField = idFieldOf(entry, resource);
  // A key that was meant to be it is told of as one that does nothing.
  const others = Object.keys(entry).filter((key) => key !== 'idField');
  if (idField === undefined && nearest('idField', others) === undefined) {
    findings.warn(['idField'], 'is not given: "id" is taken', hintOfId);
  }
  const fields = [idField ?? 'id'].flat().map((field) => field.trim());
  if (fields.includes('')) findings.error(['idField'], 'holds an empty path', 'name a field in each place of the list');
  const idPaths = fields.map(parsePath);
  return {
    idPaths,
    id: readerOfId(idPaths),
    updated: planDate(entry, 'updated', findings),
    created: planDate(entry, 'created', findings),
  };
}

/** The path or paths of the id: the entry's own, else the resource's. An empty one is none. */
export function idFieldOf(
  entry: Pick<PolledResource, 'idField'>,
  resource: ElementResource | undefined,
): PolledResource['idField'] {
  return [entry.idField, resource?.idField, resource?.poll?.idField].find(
    (given) => given !== undefined && (typeof given !== 'string' || given.trim() !== ''),
  );
}

/** How a record's id is read. */
export function readerOfId(paths: readonly (readonly string[])[]): (record: SourceRecord) => string | undefined {
  const only = paths[0] ?? [];
  if (paths.length === 1) return (record) => idText(record, only);
  return (record) => {
    let joined = '';
    for (const [index, path] of paths.entries()) {
      const text = idText(record, path);
      if (text === undefined) return undefined;
      joined += (index === 0 ? '' : '|') + (/[\\|]/.test(text) ? text.replace(/[\\|]/g, '\\$&') : text);
    }
    return joined;
  };
}

function idText(record: SourceRecord, path: readonly string[]): string | undefined {
  const value = at(record, path);
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** A value of an entry with the place where it stands. */
type Placed = readonly [value: string | undefined, path: readonly string[]];

/** The same, empty where nobody gives it. */
export type Given = readonly [value: string, path: readonly string[]];

function planDate(entry: PolledResource, which: 'updated' | 'created', findings: Findings): DateField | undefined {
  const dates = entry.datesConfiguration ?? {};
  const inDates = (key: keyof typeof dates): Placed => [dates[key]?.toString(), ['datesConfiguration', key]];
  const [field] = firstGiven([inDates(`${which}DateField`)]);
  if (field === '') return undefined;
  const format = firstGiven([inDates(`${which}DateFormat`), inDates('updatedDateFormat')]);
  const zone = firstGiven([
    inDates(`${which}DateTimezone`),
    inDates('updatedDateTimezone'),
    [entry.updatedDateTimezone, ['updatedDateTimezone']],
  ]);
  return compileDate({ field, format, zone }, findings);
}

/** A date's field and how it is read. An empty format is ISO 8601, an empty zone GMT. */
export function compileDate(
  date: { readonly field: string; readonly format: Given; readonly zone: Given },
  findings: Findings,
): DateField | undefined {
  const [format, formatPath] = date.format;
  const [zone, zonePath] = date.zone;
  const read = readDatePattern(format || ISO, knownZone(zone) ? zone : 'GMT');
  if (!read.ok) findings.error(formatPath, read.says, read.hint);
  else if (read.repaired !== undefined) findings.warn(formatPath, readAs(read.repaired));
  // Counts since 1970 are read whatever the zone is.
  const zoned = readDatePattern(read.ok ? read.pattern.source : ISO, zone || 'GMT');
  if (!zoned.ok)
    findings.error(zonePath, /^\{.*\}$/.test(zone) ? `is still the placeholder ${zone}` : zoned.says, zoned.hint);
  return read.ok && zoned.ok ? { path: parsePath(date.field), pattern: zoned.pattern } : undefined;
}

/** The first value that is more than blanks, without those around it; the first place where there is none. */
export function firstGiven(values: readonly Placed[]): Given {
  const [value, path] = values.find(([text]) => (text?.trim() ?? '') !== '') ?? ['', values[0]?.[1] ?? []];
  return [value?.trim() ?? '', path];
}

/** When a feed is polled: its own schedule, or the instance's interval. */
export function planSchedule(entry: PolledResource, interval: Duration, findings: Findings): Schedule {
  const { schedule } = entry;
  if (schedule === undefined) return { every: interval };
  if (typeof schedule === 'string') {
    const every = parseDuration(schedule);
    if (every === undefined || every <= 0)
      findings.error(['schedule'], `"${schedule}" is no duration above zero`, 'such as 30s, 15m or 2h');
    return { every: every ?? interval };
  }
  const zone = schedule.timezone ?? 'UTC';
  const cron = compileCron(schedule.cron, zone);
  if (cron.ok) return { cron: schedule.cron, zone, next: cron.next };
  findings.error(['schedule'], cron.says, cron.hint);
  return { every: interval };
}

/** From when on changes are told. */
export function planStart(entry: PolledResource, findings: Findings): 'now' | 'all' | Instant {
  const start = entry.start ?? 'now';
  if (start === 'now' || start === 'all') return start;
  const instant = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(start) ? Date.parse(start) : Number.NaN;
  // Date.parse takes the 31st of February for a day in March.
  const day = Date.parse(start.slice(0, 10));
  const exists = !Number.isNaN(day) && new Date(day).toISOString().startsWith(start.slice(0, 10));
  if (!Number.isNaN(instant) && exists) return instant;
  findings.error(['start'], `"${start}" is no instant`, 'write now, all, or an instant such as 2026-01-02T03:04:05Z');
  return 'now';
}

/** How an answer with a good status says that it is an error. */
export function planErrorRule(file: ErrorWhen | undefined): ErrorRule | undefined {
  if (file === undefined) return undefined;
  return {
    at: parsePath(file.at),
    is: file.is?.map(String),
    message: file.message === undefined ? undefined : parsePath(file.message),
  };
}

/** How two readings of a record are compared. */
export function planRule(
  entry: PolledResource,
  resource: ElementResource | undefined,
  dropNulls: boolean,
): CompareRule {
  return {
    compare: entry.compare ?? 'both',
    ignoreFields: entry.ignoreFields ?? [],
    records: entry.records ?? resource?.records ?? '',
    map: entry.map ?? resource?.map ?? false,
    ...((entry.record ?? resource?.record) === undefined ? {} : { record: entry.record ?? resource?.record ?? '' }),
    dropNulls,
  };
}

/** Whether the first look reads everything: where dates cannot tell created from updated, where nothing else bounds the reading, and for sweeps. */
export function planBaseline(
  entry: PolledResource,
  reading: Reading,
  deletes: Deletes,
  hasWatermark: boolean,
): boolean {
  if (entry.baseline === 'scan' || deletes.by === 'sweep') return true;
  if (entry.baseline === 'none') return false;
  const { created, updated } = reading;
  const tellsApart =
    created !== undefined && updated !== undefined && created.path.join('.') !== updated.path.join('.');
  return !tellsApart || !hasWatermark;
}
