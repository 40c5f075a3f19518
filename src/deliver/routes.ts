import { hashId } from '../language/identity.ts';
import { printText, writeText } from '../language/text.ts';
import type { Callback } from '../model/feed.ts';
import type { Text, Vault } from '../model/secret.ts';

/** Where a feed's events go. */
export interface Route {
  readonly callback: Callback;
  /** Changes when the address, a header or a credential does, also where only the value of a secret does. */
  readonly fingerprint: string;
}

/** What the plan says of a feed; `absent` where the feed is not in it. */
export type RouteLookup = (feed: string) => Callback | undefined | 'absent';

/** The routes of all feeds that were asked for, as they were when the plan was last looked at. */
export class Routes {
  readonly #lookup: RouteLookup;
  readonly #vault: Vault;
  readonly #known = new Map<string, Route | undefined>();
  #fingerprints = new Map<string, Set<string>>();

  constructor(lookup: RouteLookup, vault: Vault) {
    this.#lookup = lookup;
    this.#vault = vault;
  }

  /** Undefined where the feed has no callback now, or is not in the plan. */
  of(feed: string): Route | undefined {
    if (!this.#known.has(feed)) this.#learn(feed);
    return this.#known.get(feed);
  }

  keyOf(feed: string): string | undefined {
    return this.of(feed)?.callback.key;
  }

  /** The fingerprints of every callback in use, by its key. */
  fingerprints(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#fingerprints;
  }

  /** Looks at the plan again. What `fingerprints` gave before stays as it was. */
  refresh(): void {
    this.#fingerprints = new Map();
    for (const feed of this.#known.keys()) this.#learn(feed);
  }

  #learn(feed: string): void {
    const route = this.#look(feed);
    this.#known.set(feed, route);
    if (route === undefined) return;
    const { key } = route.callback;
    this.#fingerprints.set(key, (this.#fingerprints.get(key) ?? new Set()).add(route.fingerprint));
  }

  #look(feed: string): Route | undefined {
    const callback = this.#lookup(feed);
    if (callback === undefined || callback === 'absent') return undefined;
    return { callback, fingerprint: fingerprintOf(callback, this.#vault) };
  }
}

function fingerprintOf(callback: Callback, vault: Vault): string {
  const { basic } = callback;
  return hashId(
    callback.key,
    valueOf(callback.url, vault),
    callback.headers.length,
    ...callback.headers.flatMap(([name, value]) => [name, valueOf(value, vault)]),
    ...(basic === undefined ? [0] : [1, valueOf(basic.username, vault), valueOf(basic.password, vault)]),
    ...callback.signatureKeys.map((key) => valueOf(key, vault)),
  );
}

/** A secret that is missing now has no value to compare; its label stands for it. */
function valueOf(text: Text, vault: Vault): string {
  try {
    return writeText(text, vault, (value) => value);
  } catch {
    return printText(text);
  }
}
