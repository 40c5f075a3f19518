import type { Instant } from './instant.ts';

export type NoticeLevel = 'debug' | 'info' | 'warn' | 'error';

/** The happenings, each named `noun:verb`. Tests await them, the log renders them. */
export type NoticeName =
  | 'daemon:started'
  | 'daemon:stopping'
  | 'daemon:stopped'
  | 'plan:applied'
  | 'config:problem'
  | 'feed:born'
  | 'feed:note'
  | 'poll:started'
  | 'poll:done'
  | 'poll:failed'
  | 'poll:doubted'
  | 'delivery:done'
  | 'delivery:failed'
  | 'delivery:dead'
  | 'callback:paused'
  | 'callback:resumed'
  | 'account:renewed'
  | 'account:refused'
  | 'journal:full'
  | 'journal:room'
  | 'journal:note';

/** Something that happened, for people, log and metrics. Holds no secret. */
export interface Notice {
  readonly name: NoticeName;
  readonly level: NoticeLevel;
  readonly at: Instant;
  /** One sentence for the operator. */
  readonly says: string;
  readonly feed?: string;
  readonly instance?: string;
  readonly callback?: string;
  /** Figures and ids, for the log and for tests. */
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}
