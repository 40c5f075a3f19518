import type { Accounts } from '../model/account.ts';
import type { Settings } from '../model/catalog.ts';
import type { Journal, NewDelivery } from '../model/journal.ts';
import type { Clock, Http, Tell } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';

/** The world as the engine sees it. */
export interface EnginePorts {
  readonly clock: Clock;
  readonly http: Http;
  readonly accounts: Accounts;
  readonly vault: Vault;
  readonly journal: Journal;
  readonly tell: Tell;
  readonly polling: Settings['polling'];
}

/** Where committed deliveries go. */
export interface Outbox {
  /** Whether a callback takes further events now; no callback always does. */
  pollable(callback: string | undefined): { readonly ok: true } | { readonly ok: false; readonly says: string };
  committed(deliveries: readonly NewDelivery[]): void;
}
