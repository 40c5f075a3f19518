import type { CompareRule } from '../model/change.ts';
import type { DateField, Deletes, Reading, Schedule } from '../model/feed.ts';
import type { ElementResource, ErrorWhen, PolledResource } from '../model/files.ts';
import type { ErrorRule } from '../model/pagination.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';
import { compileCron } from '../language/cron.ts';
import { compileDatePattern, knownZone } from '../language/date-pattern.ts';
import { parseDuration } from '../language/duration.ts';
import { at, parsePath } from '../language/path.ts';
import type { Findings } from './findings.ts';

/** What a date is read by where the file says no format: ISO 8601 with seconds and a zone, with a fraction or without. */
const ISO = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";

/** How ids and dates of a feed's records are read. */
export function planReading(entry: PolledResource, resource: ElementResource | undefined, findings: Findings): Reading {
  const idField = entry.idField ?? resource?.idField ?? resource?.poll?.idField;
  const fields = (Array.isArray(idField) ? idField : [idField ?? '']).map((field) => field.trim());
  if (fields.some((field) => field === '')) {
    findings.error(['idField'], 'no id field is given', 'name the field that holds a record\'s id, such as "id"');
  }
  const idPaths = fields.map(parsePath);
  return {
    idPaths,
    id: readerOfId(idPaths),
    updated: planDate(entry, 'updated', findings),
    created: planDate(entry, 'created', findings),
  };
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

function planDate(entry: PolledResource, which: 'updated' | 'created', findings: Findings): DateField | undefined {
  const dates = entry.datesConfiguration ?? {};
  const field = dates[`${which}DateField`]?.trim();
  if (field === undefined || field === '') return undefined;
  return compileDate(
    {
      field,
      format: dates[`${which}DateFormat`]?.trim() || dates.updatedDateFormat?.trim(),
      zone:
        dates[`${which}DateTimezone`]?.trim() || dates.updatedDateTimezone?.trim() || entry.updatedDateTimezone?.trim(),
    },
    ['datesConfiguration', `${which}Date`],
    findings,
  );
}

/** A date's field and how it is read; `path` is where the keys that end in Format and Timezone begin. */
export function compileDate(
  date: { readonly field: string; readonly format: string | undefined; readonly zone: string | undefined },
  path: readonly string[],
  findings: Findings,
): DateField | undefined {
  const zone = date.zone || 'GMT';
  const compiled = compileDatePattern(date.format || ISO, zone);
  if (compiled.ok) return { path: parsePath(date.field), pattern: compiled.pattern };
  const key = `${path.at(-1) ?? ''}${knownZone(zone) ? 'Format' : 'Timezone'}`;
  findings.error([...path.slice(0, -1), key], compiled.says, compiled.hint);
  return undefined;
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
