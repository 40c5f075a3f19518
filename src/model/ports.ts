import type { Duration, Instant } from './instant.ts';
import type { Notice } from './notice.ts';

/** The time, and the only way to wait. */
export interface Clock {
  now(): Instant;
  /** Resolves at the instant, at once where it has passed, and early (without throwing) when the signal aborts or the clock is put back. */
  sleepUntil(instant: Instant, signal?: AbortSignal): Promise<void>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by ', '. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decompressed body as UTF-8, without a byte order mark. */
  readonly text: string;
  /** Our clock when the request was sent. */
  readonly sentAt: Instant;
  /** From sending to the head of the answer. */
  readonly took: Duration;
  /** Our clock when the last byte was there. */
  readonly endedAt: Instant;
}

/** Why there was no answer. */
export type HttpFailure =
  'timeout' | 'refused' | 'unresolved' | 'denied' | 'too-large' | 'cut' | 'tls' | 'aborted' | 'invalid';

export type HttpOutcome =
  | { readonly ok: true; readonly answer: HttpAnswer }
  /** `says` holds neither URL nor header nor secret. `status`: the head of an answer had come, and only its body failed. */
  | { readonly ok: false; readonly failure: HttpFailure; readonly says: string; readonly status?: number };

export interface HttpLimits {
  /** From the start to the last byte. */
  readonly timeout: Duration;
  /** Of the decompressed body. */
  readonly maxBytes: number;
}

/** One exchange. Follows no redirect, tries nothing twice, throws nothing. */
export interface Http {
  send(request: HttpRequest, limits: HttpLimits, signal?: AbortSignal): Promise<HttpOutcome>;
}

/** Randomness for secrets only (PKCE, keys). Everything else is a hash. */
export interface Entropy {
  /** So many random bytes in base64url. */
  token(bytes: number): string;
}

/** Takes what happened; never throws. */
export type Tell = (notice: Notice) => void;
