import type { Instant } from '../model/instant.ts';

/** Since when files cannot be applied, as far as this process saw it. */
export interface Since {
  /** Instances with errors. */
  readonly broken: ReadonlyMap<string, Instant>;
  /** Nobody knows what should run; absent where that is known. */
  readonly lost?: Instant;
}

/** Remembers since when what is broken is broken, from one application of the files to the next. */
export function rememberBroken(): (broken: ReadonlySet<string> | 'lost', at: Instant) => Since {
  let since: Since = { broken: new Map() };
  return (broken, at) => {
    if (broken === 'lost') since = { ...since, lost: since.lost ?? at };
    else since = { broken: new Map([...broken].map((instance) => [instance, since.broken.get(instance) ?? at])) };
    return since;
  };
}
