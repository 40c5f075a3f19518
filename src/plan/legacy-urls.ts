import type { PolledResource } from '../model/files.ts';

/** What `event.poller.urls` says: entries by their names, and names of the element's default set. */
export interface LegacyUrls {
  readonly entries: readonly LegacyEntry[];
  readonly names: readonly string[];
}

/** One line with its fields. */
export interface LegacyEntry {
  readonly name: string;
  readonly entry: PolledResource;
  /** A filter on the records in XML, which nobody applies any more. */
  readonly xPathFilter: string;
}

/**
 * Reads the former form of `event.poller.configuration`: a line for each resource with its name, url, XPath filter, and field, format and
 * zone of the updated and of the created date, parted by `|`. A line without a url holds names.
 */
export function readLegacyUrls(text: string): LegacyUrls {
  const entries: LegacyEntry[] = [];
  const names: string[] = [];
  for (const line of text.split(/\r?\n|\\r?\\n|\\n/)) {
    const fields = fieldsOf(line.trim());
    const [name = '', url = ''] = fields;
    if (/[/?]/.test(url)) entries.push({ name, entry: entryOf(url, fields), xPathFilter: fields[2] ?? '' });
    else names.push(...splitNames(line));
  }
  return { entries, names };
}

/** Names parted by commas, semicolons, bars or new lines; a backslash and an n are a new line, too. */
export function splitNames(text: string): readonly string[] {
  return text
    .split(/[,;|\n]|\\n/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The fields of a line. A bar between quotes belongs to the url. */
function fieldsOf(line: string): readonly string[] {
  const [name = '', ...rest] = line.split('|');
  let url = rest[0] ?? '';
  let end = 1;
  while (hasOpenQuote(url) && end < rest.length) url += `|${rest[end++] ?? ''}`;
  // A quote that is never closed encloses nothing.
  const fields = hasOpenQuote(url) ? rest : [url, ...rest.slice(end)];
  return [name, ...fields].map((field) => field.trim());
}

function hasOpenQuote(text: string): boolean {
  return text.split("'").length % 2 === 0;
}

function entryOf(url: string, fields: readonly string[]): PolledResource {
  const [, , , updatedDateField, updatedDateFormat, updatedDateTimezone, ...created] = fields;
  const [createdDateField, createdDateFormat, createdDateTimezone] = created;
  const dates = {
    updatedDateField,
    updatedDateFormat,
    updatedDateTimezone,
    createdDateField,
    createdDateFormat,
    createdDateTimezone,
  };
  const given = Object.entries(dates).filter(([, field]) => field !== undefined && field !== '');
  return { url, datesConfiguration: Object.fromEntries(given) };
}
