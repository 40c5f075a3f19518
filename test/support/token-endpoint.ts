import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { bodyOf, json, loopback } from './loopback.ts';

export interface TokenCall {
  readonly form: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

export type TokenReply = (call: TokenCall, response: ServerResponse) => void;

export interface TokenEndpoint {
  readonly url: string;
  readonly calls: TokenCall[];
  /** Replies for the next calls; when there are none left, the endpoint does what a strict provider does. */
  readonly next: TokenReply[];
  /** Holds every answer back until released. */
  hold(): () => void;
  /** Resolves when so many calls have come in. */
  called(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A strict provider: a code works once, each refresh token once (using one again ends them all), tokens are numbered from 1 and
 * live for `life` seconds, or without a word about it where that is 'absent'.
 */
export async function tokenEndpoint(life: unknown = 3_600): Promise<TokenEndpoint> {
  const calls: TokenCall[] = [];
  const next: TokenReply[] = [];
  const codes = new Set<string>();
  const waiting: { readonly count: number; readonly go: () => void }[] = [];
  let issued = 0;
  let valid: string | undefined;
  let gate: Promise<void> = Promise.resolve();

  const issue: TokenReply = ({ form }, response) => {
    const { grant_type: grant, code = '', refresh_token: refresh = '' } = form;
    const good =
      grant === 'client_credentials' ||
      (grant === 'authorization_code'
        ? !codes.has(code) && code.startsWith('good')
        : refresh === valid || refresh === 'given-refresh');
    if (!good) {
      valid = undefined;
      json(response, 400, { error: 'invalid_grant', error_description: `no good: ${code}${refresh}` });
      return;
    }
    codes.add(code);
    issued += 1;
    valid = `refresh-${issued}`;
    const expiry = life === 'absent' ? {} : { expires_in: life };
    const renewal = grant === 'client_credentials' ? {} : { refresh_token: valid };
    json(response, 200, { access_token: `access-${issued}`, token_type: 'Bearer', ...renewal, ...expiry });
  };

  const server = await loopback((request, response) => {
    void (async () => {
      const form = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
      const call = { form, headers: request.headers };
      calls.push(call);
      for (const one of waiting) if (calls.length >= one.count) one.go();
      await gate;
      (next.shift() ?? issue)(call, response);
    })();
  });
  return {
    url: `${server.origin}/token`,
    calls,
    next,
    hold() {
      let release = (): void => {};
      gate = new Promise((resolve) => (release = resolve));
      return release;
    },
    called: (count) =>
      new Promise((go) => {
        if (calls.length >= count) go();
        else waiting.push({ count, go });
      }),
    close: server.close,
  };
}
