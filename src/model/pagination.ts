/** Where a parameter that names a page stands. */
export type ParameterPlace = 'query' | 'body' | 'header';

/** A parameter that asks for a page: its name, or its dotted path in a body. */
export interface PageParameter {
  readonly in: ParameterPlace;
  readonly name: string;
  readonly value: string | number | bigint;
}

/** What ways of paging have in common. */
interface Paging {
  /** Path to a flag in the answer that is true while pages follow. */
  readonly more?: readonly string[];
  /** Path to a flag in the answer that is true on the last page. */
  readonly end?: readonly string[];
  /** Query parameters that later pages send again; absent: all, and none is added to a link. */
  readonly keep?: readonly string[];
}

/** How the next page is found. */
export type Pagination =
  | { readonly by: 'none' }
  | (Paging & {
      readonly by: 'page' | 'offset';
      readonly param: string;
      readonly in: 'query' | 'body';
      /** Number of the first page, or of the first record. */
      readonly start: number;
      /** The status that answers a page behind the last one. */
      readonly pastEnd?: number;
    })
  /** `untilEmpty`: the link is there on the last page too, and an empty page is the end. */
  | (Paging & { readonly by: 'nextUrl'; readonly at: readonly string[]; readonly untilEmpty: boolean })
  | (Paging & { readonly by: 'link' })
  | (Paging & {
      readonly by: 'cursor';
      readonly at: readonly string[];
      readonly param: string;
      readonly in: ParameterPlace;
    })
  /** `at`: path to the id in a record. */
  | (Paging & {
      readonly by: 'lastId';
      readonly at: readonly string[];
      readonly param: string;
      readonly in: 'query' | 'body';
    });

/** How an answer with a good status says that it is an error. */
export interface ErrorRule {
  readonly at: readonly string[];
  /** The values that mean an error, as text; undefined: any value that is not empty. */
  readonly is: readonly string[] | undefined;
  /** Path to what the error says. */
  readonly message: readonly string[] | undefined;
}
