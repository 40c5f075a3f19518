import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openLog } from '../../src/io/log.ts';
import type { LogOptions } from '../../src/io/log.ts';
import type { Notice } from '../../src/model/notice.ts';

const notice: Notice = {
  name: 'poll:done',
  level: 'info',
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  says: 'polled acme/contacts',
  feed: 'acme/contacts',
  facts: { changes: 3, first: true, ignored: ['a', 'b'] },
};

function logged(notices: readonly Notice[], options: Partial<LogOptions> = {}): readonly string[] {
  const lines: string[] = [];
  const log = openLog({
    level: 'info',
    pretty: false,
    colour: false,
    scrub: () => new Set(),
    write: (line) => void lines.push(line),
    ...options,
  });
  for (const one of notices) log.tell(one);
  return lines;
}

describe('a line for machines', () => {
  it('is JSON with level, time, name, sentence, feed and facts', () => {
    const [line = ''] = logged([notice]);

    assert.ok(line.endsWith('}\n'));
    assert.deepEqual(JSON.parse(line), {
      level: 'info',
      time: '2026-01-02T03:04:05.006Z',
      name: 'poll:done',
      msg: 'polled acme/contacts',
      feed: 'acme/contacts',
      changes: 3,
      first: true,
      ignored: ['a', 'b'],
    });
  });

  it('lets no fact take the place of what the line is about', () => {
    const [line = ''] = logged([
      { ...notice, facts: { level: 'error', time: 'never', msg: 'x', name: 'y', feed: 'z', kept: 1 } },
    ]);

    assert.deepEqual(JSON.parse(line), {
      level: 'info',
      time: '2026-01-02T03:04:05.006Z',
      name: 'poll:done',
      msg: 'polled acme/contacts',
      feed: 'acme/contacts',
      kept: 1,
    });
    assert.equal(line.split('"level"').length, 2);
  });
});

describe('a line for people', () => {
  it('holds time, level, sentence and facts', () => {
    const lines = logged([{ ...notice, facts: { changes: 3, last: 'a b', url: 'x=y', list: ['a', 'b'], none: '' } }], {
      pretty: true,
    });

    assert.deepEqual(lines, [
      '2026-01-02T03:04:05.006Z INFO  polled acme/contacts feed=acme/contacts changes=3 last="a b" url="x=y" list=a,b none=""\n',
    ]);
  });

  it('colours the level only where it may', () => {
    const lines = logged([{ ...notice, level: 'error', facts: {} }], { pretty: true, colour: true });

    assert.deepEqual(lines, [
      '2026-01-02T03:04:05.006Z \u001b[31mERROR\u001b[0m polled acme/contacts feed=acme/contacts\n',
    ]);
  });

  it('stays one line, whatever the provider sends', () => {
    const [line = ''] = logged(
      [{ ...notice, says: 'bad\r\n2026 INFO all well\u001b[2J\u2028x', facts: { a: 'b\nc' } }],
      { pretty: true },
    );

    assert.match(line, /bad 2026 INFO all well \[2J x .*a="b\\nc"\n$/);
    assert.doesNotMatch(line.trimEnd(), /[\p{Cc}\u2028]/u);
  });
});

for (const pretty of [false, true])
  describe(`every ${pretty ? 'pretty' : 'JSON'} line`, () => {
    const secrets = ['hunter2hunter2', 'with "quotes" and \\', 'two\nlines', '1234567', 'hunter2hunter2-and-more'];
    const scrub = (): ReadonlySet<string> => new Set(secrets);

    it('holds no secret, in no place', () => {
      const lines = logged(
        secrets.map((secret) => ({
          ...notice,
          says: `failed with ${secret}!`,
          instance: secret,
          callback: `http://x/?k=${secret}`,
          facts: { text: `a ${secret} b`, list: [secret, 'fine'], number: 91234567, [`key ${secret}`]: true },
        })),
        { pretty, scrub },
      );

      assert.equal(lines.length, secrets.length);
      for (const line of lines) {
        for (const secret of secrets)
          for (const spelt of [secret, JSON.stringify(secret).slice(1, -1), secret.replaceAll('\n', ' ')])
            assert.ok(!line.includes(spelt), `${spelt} in ${line}`);
        assert.ok(!line.includes('-and-more'));
        assert.match(line, /failed with \[secret\]!/);
        if (!pretty) assert.equal(typeof JSON.parse(line), 'object');
      }
    });

    it('holds no secret that was written as JSON before', () => {
      const once = JSON.stringify({ key: secrets[1] });
      const lines = logged([{ ...notice, says: once, facts: { body: once, list: [once] } }], {
        pretty,
        scrub,
      });

      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines[0] ?? '', /with|quotes|and/);
    });

    it('takes values that became known later', () => {
      let known = new Set<string>();
      const lines: string[] = [];
      const log = openLog({
        level: 'info',
        pretty,
        colour: false,
        scrub: () => known,
        write: (line) => void lines.push(line),
      });

      log.tell({ ...notice, says: 'new-token' });
      known = new Set(['new-token']);
      log.tell({ ...notice, says: 'new-token' });

      assert.match(lines[0] ?? '', /new-token/);
      assert.doesNotMatch(lines[1] ?? '', /new-token/);
    });

    it('is of the level asked for, or above', () => {
      const notices = (['debug', 'info', 'warn', 'error'] as const).map((level) => ({ ...notice, level }));

      const counts = (['debug', 'info', 'warn', 'error'] as const).map(
        (level) => logged(notices, { level, pretty }).length,
      );

      assert.deepEqual(counts, [4, 3, 2, 1]);
    });

    it('that cannot be written stops nobody', () => {
      const write = (): void => {
        throw new Error('EPIPE');
      };

      assert.doesNotThrow(() => logged([notice, { ...notice, at: Number.NaN }], { pretty, write }));
    });
  });
