import { pino } from 'pino';
import type { Notice, NoticeLevel } from '../model/notice.ts';
import type { Tell } from '../model/ports.ts';
import { oneLine, scrubber } from './scrub.ts';

export interface LogOptions {
  /** Notices below it are not written. */
  readonly level: NoticeLevel;
  /** A line for people instead of JSON. */
  readonly pretty: boolean;
  /** Colours the level in lines for people. */
  readonly colour: boolean;
  /** The values that no line may hold. A set that holds something else must be another set. */
  readonly scrub: () => ReadonlySet<string>;
  /** Takes one line with its line end. */
  readonly write: (line: string) => void;
}

type Facts = Readonly<Record<string, unknown>>;

const LEVELS: readonly NoticeLevel[] = ['debug', 'info', 'warn', 'error'];

/** SGR codes: grey, green, yellow, red. */
const COLOURS: Readonly<Record<NoticeLevel, number>> = { debug: 90, info: 32, warn: 33, error: 31 };

/**
 * Writes notices, a line each: JSON of `level time name msg instance feed callback` and the facts, or words for people. Every known secret
 * value is replaced by `[secret]`, in whatever spelling it came. What goes wrong in writing is ignored: a log must not stop the work.
 */
export function openLog(options: LogOptions): { readonly tell: Tell } {
  const scrub = scrubber(options.scrub);
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => options.write(scrub(line)) },
  );
  const lowest = LEVELS.indexOf(options.level);

  return {
    tell(notice) {
      if (LEVELS.indexOf(notice.level) < lowest) return;
      try {
        if (options.pretty) options.write(`${scrub(sentence(notice, options.colour))}\n`);
        else logger[notice.level](members(notice, scrub), notice.says);
      } catch {
        // A closed pipe or a full disk under the log is nobody's news here.
      }
    },
  };
}

function members(notice: Notice, scrub: (text: string) => string): Facts {
  const { name, instance, feed, callback } = notice;
  const own = { time: isoTime(notice.at), name, instance, feed, callback };
  const facts: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(notice.facts ?? {}))
    if (!(key in own) && key !== 'level' && key !== 'msg')
      // Numbers are not quoted: a value in one is replaced here, or the line would no longer be JSON.
      facts[key] = typeof value === 'number' ? numberOr(value, scrub(String(value))) : value;
  return { ...own, ...facts };
}

function numberOr(value: number, scrubbed: string): number | string {
  return scrubbed === String(value) ? value : scrubbed;
}

function sentence(notice: Notice, colour: boolean): string {
  const level = notice.level.toUpperCase().padEnd(5);
  const painted = colour ? `\u001b[${COLOURS[notice.level]}m${level}\u001b[0m` : level;
  const { instance, feed, callback } = notice;
  const facts = Object.entries({ instance: feed === undefined ? instance : undefined, feed, callback, ...notice.facts })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${fact(value)}`);
  return [isoTime(notice.at), painted, oneLine(notice.says), ...facts].join(' ');
}

function fact(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : oneLine(JSON.stringify(text));
}

function isoTime(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
