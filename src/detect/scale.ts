import { EPOCH_WORDS, epochPattern } from '../language/date-epoch.ts';
import { at } from '../language/path.ts';
import type { DateField } from '../model/feed.ts';
import type { Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';

/** 1990 and 2100: dates of records lie between them. */
const EARLIEST: Instant = Date.UTC(1990, 0, 1);
const LATEST: Instant = Date.UTC(2100, 0, 1);

/** A date of a page on which all of them were read as another age: how the provider wrote it, what it was read as. */
export interface OffScale {
  readonly field: DateField;
  readonly example: string;
  readonly read: Instant;
  /** The word for a count since 1970 that would read the example as a date of our time. */
  readonly meant: string | undefined;
}

/** Looks at the dates of one field, page by page. */
export interface Scale {
  /** Takes in what a record's date was read as. */
  see(record: SourceRecord, date: Instant): void;
  /** Ends a page. An example where it had dates and every one lies before 1990 or after 2100. */
  endPage(): OffScale | undefined;
}

/** Opens the look at a field's scale. */
export function openScale(field: DateField | undefined): Scale {
  let fits = false;
  let record: SourceRecord | undefined;
  let read: Instant = 0;
  return {
    see(from, date) {
      if (date >= EARLIEST && date < LATEST) fits = true;
      else if (record === undefined) {
        record = from;
        read = date;
      }
    },
    endPage() {
      const found = fits || record === undefined || field === undefined ? undefined : offScale(field, record, read);
      fits = false;
      record = undefined;
      return found;
    },
  };
}

function offScale(field: DateField, record: SourceRecord, read: Instant): OffScale {
  const example = String(at(record, field.path));
  const counts = EPOCH_WORDS.has(field.pattern.source) ? [...EPOCH_WORDS] : [];
  const meant = counts.find(([, unit]) => {
    const date = epochPattern(unit).parse(example);
    return date >= EARLIEST && date < LATEST;
  });
  return { field, example, read, meant: meant?.[0] };
}
