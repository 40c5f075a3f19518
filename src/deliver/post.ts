import { writeText } from '../language/text.ts';
import { Fault } from '../model/fault.ts';
import type { Callback } from '../model/feed.ts';
import type { Duration, Instant } from '../model/instant.ts';
import type { Clock, Http, HttpOutcome, HttpRequest } from '../model/ports.ts';
import type { Vault } from '../model/secret.ts';
import { headersFor, type Signed } from './sign.ts';

/** What a POST needs of the world. */
export interface PostOffice {
  readonly http: Http;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly version: string;
  readonly timeout: Duration;
}

/** One attempt. `at` is when it began, and the instant in its signature. */
export interface Attempted {
  readonly at: Instant;
  readonly endedAt: Instant;
  readonly outcome: HttpOutcome;
}

/** Of an answer only its head counts; a receiver that sends more than this is taken for something else. */
const largestAnswer = 1_000_000;

/** Signs and sends once. A secret that is missing is an outcome, since it may be there the next time. */
export async function post(
  signed: Signed,
  callback: Callback,
  office: PostOffice,
  signal: AbortSignal,
): Promise<Attempted> {
  const { http, clock, timeout } = office;
  const at = clock.now();
  const request = write(signed, callback, office, at);
  const outcome: HttpOutcome =
    request instanceof Fault
      ? { ok: false, failure: 'invalid', says: request.message }
      : await http.send(request, { timeout, maxBytes: largestAnswer }, signal);
  return { at, endedAt: clock.now(), outcome };
}

function write(signed: Signed, callback: Callback, office: PostOffice, at: Instant): HttpRequest | Fault {
  const { vault, version } = office;
  try {
    return {
      method: 'POST',
      url: writeText(callback.url, vault, (value) => value),
      headers: headersFor(signed, callback, vault, { at, version }),
      body: signed.body,
    };
  } catch (error) {
    if (error instanceof Fault && error.code === 'secret-missing') return error;
    throw error;
  }
}
