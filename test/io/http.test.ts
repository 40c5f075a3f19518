import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer as createRawServer } from 'node:net';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureOf } from '../../src/io/http-failure.ts';
import { openHttp } from '../../src/io/http.ts';
import type { HttpFailure, HttpOutcome, HttpRequest } from '../../src/model/ports.ts';
import { bodyOf, loopback } from '../support/loopback.ts';
import type { Loopback } from '../support/loopback.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const limits = { timeout: 5_000, maxBytes: 1_000_000 };

async function against(
  handler: RequestListener,
  use: (http: ReturnType<typeof openHttp>, server: Loopback) => Promise<void>,
  deny: readonly string[] = ['link-local'],
): Promise<void> {
  const server = await loopback(handler);
  const http = openHttp({ deny, clock: virtualClock(1_000), userAgent: 'elementd/test' });
  try {
    await use(http, server);
  } finally {
    http.close();
    await server.close();
  }
}

const get = (url: string, headers: Record<string, string> = {}): HttpRequest => ({ method: 'GET', url, headers });

function failure(outcome: HttpOutcome, kind: HttpFailure): string {
  assert.ok(!outcome.ok, 'there was an answer');
  assert.equal(outcome.failure, kind, outcome.says);
  return outcome.says;
}

function answer(outcome: HttpOutcome): Extract<HttpOutcome, { ok: true }>['answer'] {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.says);
  return outcome.answer;
}

describe('an exchange', () => {
  it('gives status, headers in lower case, text and the times of our clock', async () => {
    await against(
      (_, response) => {
        response.writeHead(200, { 'X-Thing': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] });
        response.end('\ufeffgrün');
      },
      async (http, { origin }) => {
        const got = answer(await http.send(get(origin), limits));

        assert.equal(got.status, 200);
        assert.equal(got.headers['x-thing'], 'a, b');
        assert.equal(got.headers['set-cookie'], 'c=1, d=2');
        assert.equal(got.text, 'grün');
        assert.deepEqual([got.sentAt, got.took, got.endedAt], [1_000, 0, 1_000]);
      },
    );
  });

  it('took until the head of the answer, and ended with its last byte', async () => {
    const server = await loopback((_, response) => {
      response.writeHead(200).write('head');
      response.end('tail');
    });
    const readings = [50_000, 51_500, 53_000];
    const clock = { ...virtualClock(0), now: () => readings.shift() ?? NaN };
    const http = openHttp({ deny: [], clock, userAgent: 'elementd/test' });

    const got = answer(await http.send(get(server.origin), limits));
    http.close();
    await server.close();

    assert.equal(got.sentAt, 50_000);
    assert.equal(got.took, 1_500);
    assert.equal(got.endedAt, 53_000);
    assert.equal(got.text, 'headtail');
  });

  it('sends method, headers and body as they are, and its own user agent only where there is none', async () => {
    await against(
      async (request, response) => {
        const body = await bodyOf(request);
        response.end(
          `${request.method} ${request.url} ${request.headers['user-agent']} ${request.headers['content-length']} ${body}`,
        );
      },
      async (http, { origin }) => {
        const posted = await http.send(
          { method: 'POST', url: `${origin}/a?b=%20c&d='e'`, headers: {}, body: 'täg' },
          limits,
        );
        const empty = await http.send({ method: 'DELETE', url: origin, headers: { 'User-Agent': 'own' } }, limits);
        const asking = await http.send({ ...get(origin), body: '{}' }, limits);

        assert.equal(answer(posted).text, 'POST /a?b=%20c&d=%27e%27 elementd/test 4 täg');
        assert.equal(answer(empty).text, 'DELETE / own 0 ');
        assert.match(answer(asking).text, /^GET .* \{\}$/);
      },
    );
  });

  for (const [what, method, status] of [
    ['204', 'GET', 204],
    ['304', 'GET', 304],
    ['the answer to HEAD', 'HEAD', 200],
  ] as const)
    it(`reads no body from ${what}`, async () => {
      await against(
        (_, response) => response.writeHead(status, { etag: '"x"', 'content-encoding': 'gzip' }).end(),
        async (http, { origin }) => {
          const got = answer(await http.send({ ...get(origin), method }, limits));

          assert.deepEqual([got.status, got.text, got.headers['etag']], [status, '', '"x"']);
        },
      );
    });

  it('takes a redirect and an error for the answers that they are, once', async () => {
    const asked: string[] = [];
    await against(
      (request, response) => {
        asked.push(request.url ?? '');
        const status = request.url === '/moved' ? 302 : 503;
        response.writeHead(status, { location: '/elsewhere', 'retry-after': '3600' }).end('later');
      },
      async (http, { origin }) => {
        const moved = answer(await http.send(get(`${origin}/moved`), limits));
        const busy = answer(await http.send(get(`${origin}/busy`), limits));

        assert.deepEqual([moved.status, moved.headers['location']], [302, '/elsewhere']);
        assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '3600']);
        assert.deepEqual(asked, ['/moved', '/busy']);
      },
    );
  });

  it('uses one connection for five requests', async () => {
    await against(
      (_, response) => response.end('x'.repeat(10_000)),
      async (http, server) => {
        for (let i = 0; i < 5; i++) answer(await http.send(get(server.origin), limits));

        assert.equal(server.connections(), 1);
      },
    );
  });

  it('reads compressed bodies, and asks for them', async () => {
    await against(
      (request, response) => {
        assert.match(String(request.headers['accept-encoding']), /gzip/);
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('squeezed'));
      },
      async (http, { origin }) => {
        assert.equal(answer(await http.send(get(origin), limits)).text, 'squeezed');
      },
    );
  });

  it('ignores proxies named in the environment', async () => {
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:1';
    try {
      await against(
        (_, response) => response.end('direct'),
        async (http, { origin }) => assert.equal(answer(await http.send(get(origin), limits)).text, 'direct'),
      );
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    }
  });
});

describe('bounds', () => {
  it('ends an answer that drips, by the total time', async () => {
    await against(
      (_, response) => {
        response.writeHead(200);
        response.write('.');
        const drip = setInterval(() => response.write('.'), 300);
        response.on('close', () => clearInterval(drip));
      },
      async (http, { origin }) => {
        const says = failure(await http.send(get(origin), { ...limits, timeout: 1_000 }), 'timeout');

        assert.match(says, /^127\.0\.0\.1:\d+ did not finish its answer within 1 s$/);
      },
    );
  });

  const broken: readonly (readonly [what: string, kind: HttpFailure, handler: RequestListener])[] = [
    ['never ends', 'timeout', (_, response) => void response.writeHead(200).write('.')],
    ['is too large', 'too-large', (_, response) => void response.writeHead(200).end('x'.repeat(2_000))],
    [
      'is cut',
      'cut',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setImmediate(() => response.socket?.destroy());
      },
    ],
    [
      'is badly encoded',
      'cut',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
    ],
  ];
  for (const [what, kind, handler] of broken)
    it(`keeps the status of an answer whose body ${what}`, async () => {
      await against(handler, async (http, { origin }) => {
        const outcome = await http.send(
          { ...get(origin), method: 'POST', body: '{}' },
          // Long enough that the head comes in time on a busy machine.
          { timeout: kind === 'timeout' ? 1_000 : limits.timeout, maxBytes: 1_000 },
        );

        failure(outcome, kind);
        assert.equal(!outcome.ok && outcome.status, 200);
      });
    });

  it('names no status where the head of the answer never came', async () => {
    await against(
      (_, response) => void response.socket?.destroy(),
      async (http, { origin }) => {
        const outcome = await http.send(get(origin), limits);

        failure(outcome, 'cut');
        assert.ok(!('status' in outcome));
      },
    );
  });

  it('ends a wait for an answer that never begins', async () => {
    await against(
      () => {},
      async (http, { origin }) => {
        const says = failure(await http.send(get(origin), { ...limits, timeout: 100 }), 'timeout');

        assert.match(says, /did not answer within 0\.1 s$/);
      },
    );
  });

  it('stops 500 MB at the cap, with little memory', async () => {
    let sent = 0;
    const closed: Promise<void>[] = [];
    await against(
      (_, response) => {
        const chunk = Buffer.alloc(1_000_000, 'x');
        closed.push(new Promise((resolve) => response.once('close', resolve)));
        const pour = (): void => {
          while (sent < 500_000_000 && !response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) return void response.once('drain', pour);
          }
          response.end();
        };
        pour();
      },
      async (http, { origin }) => {
        const before = process.memoryUsage().rss;
        const says = failure(await http.send(get(origin), { timeout: 20_000, maxBytes: 5_000_000 }), 'too-large');
        const grown = process.memoryUsage().rss - before;
        await Promise.all(closed);

        assert.match(says, /sent more than 5000000 bytes$/);
        assert.ok(sent < 50_000_000, `${sent} bytes were sent`);
        assert.ok(grown < 100_000_000, `grew by ${grown}`);
      },
    );
  });

  it('stops a small body that unpacks to a large one', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    await against(
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      async (http, { origin }) => {
        const before = process.memoryUsage().rss;
        failure(await http.send(get(origin), limits), 'too-large');

        assert.ok(process.memoryUsage().rss - before < 100_000_000);
      },
    );
  });

  it('takes a body of just the cap', async () => {
    await against(
      (_, response) => response.end('12345'),
      async (http, { origin }) => {
        assert.equal(answer(await http.send(get(origin), { ...limits, maxBytes: 5 })).text, '12345');
        failure(await http.send(get(origin), { ...limits, maxBytes: 4 }), 'too-large');
      },
    );
  });
});

describe('failures', () => {
  const cuts: Record<string, RequestListener> = {
    'before the head': (request) => request.socket.destroy(),
    'within a body of known length': (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.socket?.destroy());
    },
    'within chunks': (_, response) => {
      response.writeHead(200);
      response.write('half', () => response.socket?.destroy());
    },
    'within a compressed body': (_, response) => {
      const body = gzipSync(Buffer.from('x'.repeat(100_000)));
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(body.length) });
      response.write(body.subarray(0, 40), () => response.socket?.destroy());
    },
    'after half of the compressed bytes, ending well': (_, response) => {
      const body = gzipSync(Buffer.from('x'.repeat(100_000)));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body.subarray(0, 40));
    },
    'by compressed bytes that are none': (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all');
    },
  };
  for (const [where, handler] of Object.entries(cuts))
    it(`an answer cut ${where} is cut`, async () => {
      await against(handler, async (http, { origin }) => {
        failure(await http.send(get(origin), limits), 'cut');
      });
    });

  it('an answer that is not HTTP is cut', async () => {
    const server = createRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const http = openHttp({ deny: [], clock: virtualClock(0), userAgent: 'x' });

    const outcome = await http.send(get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), limits);
    server.close();

    assert.match(failure(outcome, 'cut'), /is not HTTP/);
  });

  it('a port where nobody listens is refused', async () => {
    const server = await loopback(() => {});
    await server.close();
    const http = openHttp({ deny: [], clock: virtualClock(0), userAgent: 'x' });

    const says = failure(await http.send(get(`${server.origin}/path?key=s3cret`), limits), 'refused');

    assert.equal(says, `127.0.0.1:${server.port} refused the connection`);
  });

  it('a name that nobody knows is unresolved', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const http = openHttp({
      deny: [],
      clock: virtualClock(0),
      userAgent: 'x',
      lookup: (_name, _options, done) => done(unknown, ''),
    });

    const says = failure(await http.send(get('http://api.example.test/a'), limits), 'unresolved');

    assert.equal(says, 'the name api.example.test could not be resolved (ENOTFOUND)');
  });

  it('https at a port that speaks http is a TLS failure with its reason', async () => {
    await against(
      (_, response) => response.end(),
      async (http, { port }) => {
        const says = failure(await http.send(get(`https://127.0.0.1:${port}`), limits), 'tls');

        assert.match(says, /does not speak TLS on this port/);
      },
    );
  });

  it('a signal stops an exchange at any time, and is left without listeners', async () => {
    await against(
      (request, response) => {
        if (request.url === '/ok') response.end('ok');
        else if (request.url === '/body') response.writeHead(200).write('begun');
      },
      async (http, { origin, server }) => {
        const warnings: Error[] = [];
        const note = (warning: Error): number => warnings.push(warning);
        process.on('warning', note);
        const shared = new AbortController();
        await Promise.all(Array.from({ length: 20 }, () => http.send(get(`${origin}/ok`), limits, shared.signal)));
        const listening = getEventListeners(shared.signal, 'abort').length;

        for (const path of ['/head', '/body']) {
          const abort = new AbortController();
          server.once('request', () => setImmediate(() => abort.abort()));
          const says = failure(await http.send(get(`${origin}${path}`), limits, abort.signal), 'aborted');
          assert.match(says, /was stopped$/);
        }
        failure(await http.send(get(origin), limits, AbortSignal.abort()), 'aborted');
        process.off('warning', note);

        assert.equal(listening, 0);
        assert.deepEqual(warnings, []);
      },
    );
  });

  const malformed: Record<string, HttpRequest> = {
    'no URL': get('not a url'),
    'a URL of another kind': get('ftp://example.test/x'),
    'the name that stands for socket files': get('http://unix:/var/run/docker.sock:/info'),
    'a line end in a header': get('http://127.0.0.1:1/', { 'x-key': 's3cret\r\nx-evil: 1' }),
    'a header name with a space': get('http://127.0.0.1:1/', { 'x key': 's3cret' }),
    'a method with a space': { ...get('http://127.0.0.1:1/'), method: 'GET IT' },
    'a half escaped password': get('http://user:%@127.0.0.1:1/'),
  };
  for (const [what, request] of Object.entries(malformed))
    it(`a request with ${what} is invalid, and its sentence holds nothing of it`, async () => {
      const http = openHttp({ deny: [], clock: virtualClock(0), userAgent: 'x' });

      const says = failure(await http.send(request, limits), 'invalid');

      assert.doesNotMatch(says, /s3cret|evil|x-key/);
    });

  const codes: Record<string, HttpFailure> = {
    CERT_HAS_EXPIRED: 'tls',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
    SELF_SIGNED_CERT_IN_CHAIN: 'tls',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls',
    ETIMEDOUT: 'timeout',
    EHOSTUNREACH: 'refused',
    EAI_AGAIN: 'unresolved',
    ECONNRESET: 'cut',
    HPE_HEADER_OVERFLOW: 'too-large',
    ERR_UNESCAPED_CHARACTERS: 'invalid',
    SOMETHING_NEW: 'cut',
  };
  for (const [code, kind] of Object.entries(codes))
    it(`${code} means ${kind}`, () => {
      const error = Object.assign(new Error('https://api.test/?key=s3cret'), { code });

      const failed = failureOf(error, 'api.test');

      assert.equal(failed.failure, kind);
      assert.match(failed.says, /api\.test/);
      assert.doesNotMatch(failed.says, /s3cret/);
    });

  it('an error of several attempts counts as its first', () => {
    const refused = Object.assign(new Error('a'), { code: 'ECONNREFUSED' });

    assert.equal(failureOf(new AggregateError([refused]), 'x').failure, 'refused');
  });
});
