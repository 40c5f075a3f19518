import type { ChangeKind } from '../model/change.ts';
import type { Instant } from '../model/instant.ts';
import type { SourceRecord } from '../model/record.ts';

/** Why a record that was read told nothing. */
export type Untold =
  /** It is the version that was told or learned. */
  | 'unchanged'
  /** Other content under the same date, where dates alone are compared. */
  | 'same-date'
  /** Other content under the same date, long after that date (contract, promise 5). */
  | 'settled'
  /** Updated before the feed's since. */
  | 'before-since'
  /** The request was edited, and it was updated before that, or nobody can say when. */
  | 'before-edit'
  /** The first look found it, and no date says that it is newer than the feed. */
  | 'first-look'
  /** It was told as deleted, and its field still says so. */
  | 'still-deleted'
  /** It was told as deleted, and a search that is behind still shows it. */
  | 'leftover'
  /** Its field says that it is deleted, in a version older than the one told. */
  | 'older-deletion';

/** Why a row in the list of deletions told nothing. */
export type UntoldRow =
  /** The record was never told. */
  | 'row-unknown'
  /** The deletion was told before. */
  | 'row-told'
  /** The record is shown in a version that outlived this deletion. */
  | 'row-outlived'
  /** It is older than the version told. */
  | 'row-older'
  /** The record is dated in the future and was read just now: a leftover, or not. */
  | 'row-early'
  /** Only the records say that it is gone, and rows may have moved between their pages: a further reading decides. */
  | 'row-unsure'
  /** Its date is missing or cannot be read. */
  | 'row-undated';

/** What became of a known record that a reading of everything did not show. */
export type Absent =
  /** So many were absent that a person has to look. */
  | 'absent-doubted'
  /** Asked for by itself, or in a second listing, it was not gone. */
  | 'absent-unconfirmed'
  /** The request was edited and does not ask for it any more. */
  | 'forgotten';

/** What a reading made of one record: what was told, or why nothing was. */
export type Because = ChangeKind | Untold | UntoldRow | Absent;

/** What a record's updated date came to. */
export type DateFound = 'read' | 'none' | 'future';

/** Takes what a poll makes of each record. Called for every record, so it has to be quick, and throws never. */
export interface Witness {
  /** A reading begins, from the watermark or of everything. */
  begins(from: Instant | undefined): void;
  /** `event` names what was told; `record` is absent where only its absence or its deletion was read. */
  saw(
    recordId: string,
    because: Because,
    date: Instant | undefined,
    found: DateFound,
    event: string | undefined,
    record: SourceRecord | undefined,
  ): void;
  /** The reading is complete: `whole` shows all there is, `same` is what the last one was, `part` proves no absence. */
  listed(what: 'whole' | 'same' | 'part'): void;
}

/** Looks away. */
export const nobody: Witness = { begins: () => undefined, saw: () => undefined, listed: () => undefined };
