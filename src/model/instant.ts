/** A point in time: milliseconds since 1970-01-01T00:00:00Z. Outside the program it is written in ISO 8601. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

/** A compiled date pattern of one zone: made once for a plan, used for every record. */
export interface DatePattern {
  /** The pattern as written in the file. */
  readonly source: string;
  /** The smallest unit that the pattern can say: 1 (ms), 1_000, 60_000, 3_600_000, 86_400_000 and so on. */
  readonly unit: Duration;
  /** The instant at which the zone's wall clock shows 1970-01-01T00:00. */
  readonly beginning: Instant;
  format(instant: Instant): string;
  /** The instant that a text or number says, or NaN where it cannot be read. */
  parse(value: string | number | bigint): Instant;
  /** The latest instant not after the given one that the pattern can say, in its own zone. */
  floor(instant: Instant): Instant;
}
