import type { DateField, Deletes, Listing } from '../model/feed.ts';
import type { DeletesFile, ElementResource, PolledResource } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import { parseDuration } from '../language/duration.ts';
import { parsePath } from '../language/path.ts';
import type { CompiledRequest } from './compile-request.ts';
import { compileDate, firstGiven, planErrorRule, planRule, readerOfId } from './entry.ts';
import type { Findings } from './findings.ts';

const DAY: Duration = 86_400_000;

type FeedDeletes = Extract<DeletesFile, { by: 'feed' }>;

/** What deletions are planned from. */
export interface DeletesSource {
  readonly file: DeletesFile | undefined;
  readonly entry: PolledResource;
  /** Path of id fields of the feed's own records. */
  readonly idPaths: readonly (readonly string[])[];
  readonly account: Listing['account'];
  readonly dropNulls: boolean;
  /** Compiles the request of a list as an entry says it. */
  readonly compile: (entry: PolledResource, findings: Findings) => CompiledRequest | undefined;
  readonly findings: Findings;
}

/** How deletions are found. */
export function planDeletes(source: DeletesSource): Deletes {
  const { file, findings } = source;
  if (file === undefined || file.by === 'none') return { by: 'none' };
  if (file.by === 'flag') return { by: 'flag', field: parsePath(file.field), values: file.values?.map(String) };
  if (file.by === 'feed') return planFeed(source, file);
  const every = file.every === undefined ? DAY : parseDuration(file.every);
  if (every === undefined) findings.error(['deletes', 'every'], `"${file.every}" is no duration`, 'such as 24h');
  return { by: 'sweep', every: every ?? DAY, maxShare: file.maxShare ?? 0.5 };
}

function planFeed(source: DeletesSource, file: FeedDeletes): Deletes {
  const { entry, account, dropNulls } = source;
  const findings: Findings = {
    ...source.findings,
    error: (path, says, hint) => source.findings.error(['deletes', ...path], says, hint),
    warn: (path, says, hint) => source.findings.warn(['deletes', ...path], says, hint),
  };
  const compiled = source.compile(entryOf(file, entry), findings);
  const dates = entry.datesConfiguration ?? {};
  const format = firstGiven([file.dateFormat, dates.updatedDateFormat].map((text) => [text, ['dateFormat']]));
  const zones = [file.dateTimezone, dates.updatedDateTimezone, entry.updatedDateTimezone];
  const zone = firstGiven(zones.map((text) => [text, ['dateTimezone']]));
  const date: DateField | undefined = compileDate({ field: file.dateField.trim(), format, zone }, findings);
  if (compiled === undefined || date === undefined) return { by: 'none' };
  const idPaths = file.idField === undefined ? source.idPaths : pathsOf(file.idField);
  const resource: ElementResource | undefined = compiled.resource;
  return {
    by: 'feed',
    listing: {
      request: compiled.request,
      account,
      rule: planRule(file as PolledResource, resource, dropNulls),
      reading: { idPaths, id: readerOfId(idPaths) },
      errorWhen: planErrorRule(file.errorWhen ?? resource?.errorWhen ?? entry.errorWhen),
      date,
      flag: file.field === undefined ? undefined : { field: parsePath(file.field), values: file.values?.map(String) },
    },
  };
}

/** The list of deletions as an entry that asks for it; its own keys only. */
function entryOf(file: FeedDeletes, entry: PolledResource): PolledResource {
  const { url, method, headers, body, pagination } = file;
  const own = { url, method, headers, body, pagination, pageSize: entry.pageSize };
  return Object.fromEntries(
    Object.entries(own).filter(([, value]) => value !== undefined),
  ) as unknown as PolledResource;
}

function pathsOf(field: string | readonly string[]): readonly (readonly string[])[] {
  return (typeof field === 'string' ? [field] : field).map((path) => parsePath(path.trim()));
}
