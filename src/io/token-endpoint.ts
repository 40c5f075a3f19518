import {
  allowInsecureRequests,
  ClientSecretPost,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import { parseExact } from '../language/exact-json.ts';
import { isObject } from '../language/records.ts';
import type { Instant } from '../model/instant.ts';
import type { Http, HttpAnswer, HttpLimits } from '../model/ports.ts';
import type { Json, JsonObject } from '../model/record.ts';

/** The OAuth application, with its secrets in clear. */
export interface TokenClient {
  readonly tokenUrl: string;
  readonly id: string;
  readonly secret: string;
  /** `basic` sends the raw pair: few providers decode the percent-encoding of RFC 6749 section 2.3.1. */
  readonly auth: 'basic' | 'body';
}

/** What is handed in for tokens (RFC 6749 sections 4.1.3, 4.4.2 and 6). */
export interface TokenRequest {
  readonly grantType: 'authorization_code' | 'refresh_token' | 'client_credentials';
  readonly parameters: Readonly<Record<string, string>>;
}

export type TokenAnswer =
  | {
      readonly ok: true;
      readonly accessToken: string;
      readonly refreshToken: string | undefined;
      /** Counted from sending the request; undefined where the provider gives no usable `expires_in`. */
      readonly expiresAt: Instant | undefined;
      /** Our clock when the request was sent. */
      readonly sentAt: Instant;
      /** The whole answer. */
      readonly body: JsonObject;
    }
  | {
      readonly ok: false;
      readonly why: 'refused' | 'later';
      /** The client is at fault and not what it handed in. */
      readonly client: boolean;
      /** One line without any of the request's secrets. */
      readonly says: string;
      /** Where the endpoint says so: not to be asked again sooner. */
      readonly notBefore: Instant | undefined;
    };

type Failure = Extract<TokenAnswer, { ok: false }>;

const FOR_GOOD = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client']);
const LONGEST = 200;

/**
 * Asks a token endpoint once. `refused` is what asking again cannot mend (RFC 6749 section 5.2: invalid_grant, invalid_client,
 * unauthorized_client; Keap says invalid_request for a spent refresh token); every other failure is `later`. Rejects never.
 */
export async function askTokens(
  http: Http,
  limits: HttpLimits,
  client: TokenClient,
  request: TokenRequest,
): Promise<TokenAnswer> {
  const { code = '', refresh_token: refreshToken = '' } = request.parameters;
  const secrets = [client.secret, code, refreshToken];
  let failure: Failure | undefined;
  let good: { readonly answer: HttpAnswer; readonly body: JsonObject } | undefined;

  const send = async (
    url: string,
    init: { body: URLSearchParams; headers: Record<string, string> },
  ): Promise<Response> => {
    // The library names itself; the Http port names us.
    const headers = Object.fromEntries(Object.entries(init.headers).filter(([name]) => name !== 'user-agent'));
    const outcome = await http.send({ method: 'POST', url, headers, body: init.body.toString() }, limits);
    if (!outcome.ok) {
      const says = `the token endpoint gave no answer: ${outcome.says}`;
      failure = { ok: false, why: 'later', client: false, says: quote(says, secrets), notBefore: undefined };
      throw new Error('no answer');
    }
    const { answer } = outcome;
    const parsed = parseExact(answer.text);
    const body = parsed.ok ? parsed.value : undefined;
    if (answer.status < 200 || answer.status > 299 || !isObject(body) || !isToken(body['access_token'])) {
      failure = judge(answer, body, secrets);
      throw new Error('no tokens');
    }
    good = { answer, body };
    return Response.json(essence(body));
  };

  try {
    const server = { issuer: client.tokenUrl, token_endpoint: client.tokenUrl };
    const who = { client_id: client.id };
    const auth = client.auth === 'basic' ? rawBasic(client.secret) : ClientSecretPost(client.secret);
    const options = { [customFetch]: send, [allowInsecureRequests]: true };
    const response = await genericTokenEndpointRequest(
      server,
      who,
      auth,
      request.grantType,
      { ...request.parameters },
      options,
    );
    const tokens = await processGenericTokenEndpointResponse(server, who, response);
    if (good === undefined) throw new Error('no answer was read');

    const { sentAt } = good.answer;
    const lifetime = tokens.expires_in;
    return {
      ok: true,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      expiresAt: lifetime === undefined ? undefined : sentAt + Math.round(lifetime * 1_000),
      sentAt,
      body: good.body,
    };
  } catch {
    if (failure !== undefined) return failure;
    const says =
      good === undefined
        ? 'the token endpoint cannot be asked: oauth.token.url, oauth.api.key or oauth.api.secret is empty or malformed'
        : `the token endpoint gave a token of a type that is not spoken here: ${quote(String(good.body['token_type']), secrets)}`;
    return { ok: false, why: 'later', client: true, says, notBefore: undefined };
  }
}

function rawBasic(secret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('authorization', `Basic ${Buffer.from(`${client.client_id}:${secret}`, 'utf8').toString('base64')}`);
  };
}

/**
 * What the library shall judge. It would fail an exchange over an unsigned id_token, a missing or fancy token_type, a scope list, or an
 * expires_in that is no number; and a lifetime of 0 or less is how some providers say "for ever".
 */
function essence(body: JsonObject): Record<string, Json> {
  const {
    access_token: accessToken = null,
    refresh_token: refreshToken,
    expires_in: lifetime,
    token_type: type,
  } = body;
  const seconds = typeof lifetime === 'string' && lifetime.trim() !== '' ? Number(lifetime) : lifetime;
  const proof = typeof type === 'string' && /^(dpop|mac)$/i.test(type.trim());
  return {
    access_token: accessToken,
    token_type: proof ? 'unsupported' : 'bearer',
    ...(isToken(refreshToken) ? { refresh_token: refreshToken } : {}),
    ...(typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? { expires_in: seconds } : {}),
  };
}

function isToken(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function judge(answer: HttpAnswer, body: Json | undefined, secrets: readonly string[]): Failure {
  const { status } = answer;
  const { error, description } = saidError(body);
  const fault =
    (error !== undefined && FOR_GOOD.has(error)) ||
    (error === 'invalid_request' && /invalid refresh token/i.test(description ?? ''));
  const refused = fault && status < 500 && status !== 429;

  let what = '';
  if (status >= 300 && status < 400) what = ', a redirect, which is not followed';
  else if (error !== undefined || description !== undefined)
    what = `: ${[error, description === undefined ? undefined : `"${description}"`].filter((part) => part !== undefined).join(' ')}`;
  else if (/^\s*</.test(answer.text)) what = ' with a web page';
  else if (status >= 200 && status < 300)
    what = isObject(body) ? ' without an access_token' : ' with something that is not JSON';
  return {
    ok: false,
    why: refused ? 'refused' : 'later',
    client: error === 'invalid_client' || error === 'unauthorized_client',
    says: quote(`the token endpoint answered ${status}${what}`, secrets),
    notBefore: retryAfter(answer),
  };
}

/** `error` and `error_description` of RFC 6749 section 5.2, or what stands in an `error` object or a `message` instead. */
function saidError(body: Json | undefined): {
  readonly error: string | undefined;
  readonly description: string | undefined;
} {
  const text = (value: Json | undefined): string | undefined => (isToken(value) ? value : undefined);
  if (!isObject(body)) return { error: undefined, description: undefined };
  const { error } = body;
  const inner: JsonObject = isObject(error) ? error : {};
  return {
    error: text(error) ?? text(inner['code']) ?? text(inner['type']),
    description: text(body['error_description']) ?? text(inner['message']) ?? text(body['message']),
  };
}

/** One line of at most 200 characters in which the request's own secrets do not stand. */
function quote(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, 10_000);
  for (const secret of secrets) if (secret.length >= 6) clean = clean.replaceAll(secret, '[secret]');
  clean = clean.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}

/** RFC 9110 section 10.2.3: seconds, or a date, which is taken by the answer's own clock where it has one. */
function retryAfter(answer: HttpAnswer): Instant | undefined {
  const value = answer.headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return answer.endedAt + Number(value) * 1_000;
  const then = Date.parse(value);
  if (Number.isNaN(then)) return undefined;
  const theirs = Date.parse(answer.headers['date'] ?? '');
  return answer.endedAt + Math.max(0, then - (Number.isNaN(theirs) ? answer.endedAt : theirs));
}
