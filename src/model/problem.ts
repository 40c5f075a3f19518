/** Something in a file that the operator has to mend. Data, not an exception: all of them are collected. */
export interface Problem {
  /** Path of the file as it should be printed. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** The dotted path of the value inside the file, such as `configuration.event.poller.configuration.campaigns.url`. */
  readonly where: string;
  /** What is wrong, as a sentence without its full stop. */
  readonly says: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly severity: 'error' | 'warning';
}
