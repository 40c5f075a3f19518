import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../support/source-files.ts';

/** What an edit came to. */
export interface Edited {
  readonly page: number;
  readonly rev: number;
  /** As the wiki writes it, to the second. */
  readonly at: string;
}

/** A wiki that runs in a process of its own, and an editor who is logged in. */
export interface MediaWiki {
  readonly url: string;
  /** Writes a page, new or not. */
  edit(title: string, text: string): Promise<Edited>;
  /** Deletes a page with all of its versions; resolves with the time of the wiki's log. */
  remove(title: string): Promise<string>;
  /** Brings a deleted page back. */
  restore(title: string): Promise<void>;
  /** Gives a page another title and leaves no redirect; resolves with the version that this makes. */
  move(from: string, to: string): Promise<number>;
  /** Resolves in the next second of its clock. */
  nextSecond(): Promise<void>;
  /** Every page that there is, with its latest version. */
  pages(): Promise<ReadonlyMap<number, number>>;
  /** While it lags it answers whoever asks with maxlag by an error inside 200. */
  lag(lagging: boolean): Promise<void>;
  /** Ends it and removes its folder. */
  end(): Promise<void>;
}

type Answer = Readonly<Record<string, unknown>> & { readonly error?: { readonly info: string } };

const PASSWORD = 'a password of the test wiki';

/** Installs a wiki at a free loopback port and waits until it listens. */
export async function startMediaWiki(): Promise<MediaWiki> {
  const folder = await mkdtemp(join(tmpdir(), 'elementd-mediawiki-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const packages = join(projectRoot(), 'node_modules/.cache/mediawiki');
  const script = join(projectRoot(), 'test/servers/mediawiki.sh');
  // A group of its own: the server's workers outlive their parent.
  const server = spawn('sh', [script, folder, String(port), packages, PASSWORD], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(server, 'close');
  const end = async (): Promise<void> => {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const lines: string[] = [];
  const started = new Promise<boolean>((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > 40) lines.shift();
        if (line.includes('Development Server')) resolve(true);
      });
    }
    void ended.then(() => resolve(false));
  });
  if (!(await started)) {
    await end();
    throw new Error(`the wiki did not start:\n${lines.join('\n')}`);
  }
  try {
    return { url, ...(await logIn(url)), lag: (lagging) => setLag(join(folder, 'lagged'), lagging), end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function logIn(url: string): Promise<Omit<MediaWiki, 'url' | 'lag' | 'end'>> {
  const cookies = new Map<string, string>();
  const send = async (method: 'GET' | 'POST', parameters: Record<string, string>): Promise<Answer> => {
    const form = new URLSearchParams({ ...parameters, format: 'json', formatversion: '2' });
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const response =
      method === 'GET'
        ? await fetch(`${url}/api.php?${form}`, { headers })
        : await fetch(`${url}/api.php`, { method, headers, body: form });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const answer = (await response.json()) as Answer;
    if (answer.error !== undefined) throw new Error(`${parameters['action']}: ${answer.error.info}`);
    return answer;
  };
  const tokenOf = async (type: string): Promise<string> => {
    const answer = await send('GET', { action: 'query', meta: 'tokens', type });
    return (answer as { query: { tokens: Record<string, string> } }).query.tokens[`${type}token`] ?? '';
  };
  const lgtoken = await tokenOf('login');
  await send('POST', { action: 'login', lgname: 'Admin', lgpassword: PASSWORD, lgtoken });
  const token = await tokenOf('csrf');
  const act = (parameters: Record<string, string>): Promise<Answer> => send('POST', { ...parameters, token });
  return {
    async edit(title, text) {
      const { edit } = (await act({ action: 'edit', title, text })) as {
        edit?: { pageid: number; newrevid?: number; newtimestamp?: string };
      };
      if (edit?.newrevid === undefined || edit.newtimestamp === undefined)
        throw new Error(`${title}: nothing was edited`);
      return { page: edit.pageid, rev: edit.newrevid, at: edit.newtimestamp };
    },
    async remove(title) {
      const { delete: deleted } = (await act({ action: 'delete', title })) as { delete?: { logid: number } };
      const search = { list: 'logevents', leaction: 'delete/delete', letitle: title, leprop: 'ids|timestamp' };
      const { query } = (await send('GET', { action: 'query', ...search })) as {
        query: { logevents: readonly { logid: number; timestamp: string }[] };
      };
      return query.logevents.find(({ logid }) => logid === deleted?.logid)?.timestamp ?? '';
    },
    restore: async (title) => void (await act({ action: 'undelete', title })),
    async move(from, to) {
      await act({ action: 'move', from, to, noredirect: '1' });
      const answer = await send('GET', { action: 'query', prop: 'info', titles: to });
      return (answer as { query: { pages: readonly { lastrevid: number }[] } }).query.pages[0]?.lastrevid ?? 0;
    },
    async nextSecond() {
      const clock = async (): Promise<unknown> =>
        (await send('GET', { action: 'query', curtimestamp: '1' }))['curtimestamp'];
      const now = await clock();
      while ((await clock()) === now);
    },
    async pages() {
      const found = new Map<number, number>();
      let more: Record<string, string> | undefined = {};
      while (more !== undefined) {
        const answer = (await send('GET', {
          action: 'query',
          generator: 'allpages',
          gaplimit: 'max',
          prop: 'info',
          ...more,
        })) as {
          query?: { pages: readonly { pageid: number; lastrevid: number }[] };
          continue?: Record<string, string>;
        };
        for (const page of answer.query?.pages ?? []) found.set(page.pageid, page.lastrevid);
        more = answer.continue;
      }
      return found;
    },
  };
}

async function setLag(file: string, lagging: boolean): Promise<void> {
  if (lagging) await writeFile(file, '');
  else await rm(file, { force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
