import type { OffScale } from './scale.ts';

/** What a reading has to say about the records that did not fit, for one notice each. */
export interface Remarks {
  /** Records left out because they have no id. */
  withoutId: number;
  /** Records left out because another on the same page has their id. */
  sharedId: number;
  /** Records whose configured updated date is not in them. */
  withoutDate: number;
  /** Records whose date cannot be read, and one such value. */
  unreadable: number;
  unreadableExample: string | undefined;
  /** Records dated in the future, and the id of one. */
  future: number;
  futureExample: string | undefined;
  /** A date of a page on which all of its field lie before 1990 or after 2100. */
  updatedOffScale: OffScale | undefined;
  createdOffScale: OffScale | undefined;
  /** Records remembered without telling, since they were updated before the feed's since. */
  learned: number;
  /** Records let go without telling, since the request was edited. */
  forgotten: number;
}

/** Nothing to remark yet. */
export function noRemarks(): Remarks {
  return {
    withoutId: 0,
    sharedId: 0,
    withoutDate: 0,
    unreadable: 0,
    unreadableExample: undefined,
    future: 0,
    futureExample: undefined,
    updatedOffScale: undefined,
    createdOffScale: undefined,
    learned: 0,
    forgotten: 0,
  };
}
