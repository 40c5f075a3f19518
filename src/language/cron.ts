import { CronExpressionParser, type CronExpression } from 'cron-parser';
import type { Duration, Instant } from '../model/instant.ts';
import { DAY } from './date-calendar.ts';
import { findZone } from './zone.ts';

/** A compiled cron expression: the first slot after an instant. */
export type CompiledCron =
  | { readonly ok: true; readonly next: (after: Instant) => Instant }
  | { readonly ok: false; readonly says: string; readonly hint: string };

/**
 * Compiles a cron expression of five fields (or six, seconds first) or a word such as `@daily` in a zone. The expression is walked on the
 * zone's wall clock, and a wall time is turned into an instant here, since cron-parser's own zones skip slots and give up where a change is
 * of half an hour (Australia/Lord_Howe). A time that a change of the clocks leaves out runs as much later; a time that comes twice runs
 * once, unless the expression runs in every hour: then it runs in both.
 */
export function compileCron(expression: string, zone: string): CompiledCron {
  const hint = 'five fields: minute hour day month weekday, such as "*/5 9-17 * * 1-5"';
  const fields = expression.trim().split(/\s+/);
  if (fields[0] === '') return { ok: false, says: 'the cron expression is empty', hint };
  const found = findZone(zone);
  if (found === undefined)
    return { ok: false, says: `"${zone}" is no time zone`, hint: 'write an IANA name such as Europe/Berlin' };
  // cron-parser fills missing fields in from the left, which nobody means.
  if (fields.length !== 5 && fields.length !== 6 && !expression.trim().startsWith('@')) {
    return {
      ok: false,
      says: `the cron expression "${expression}" has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`,
      hint,
    };
  }
  let everyHour: boolean;
  try {
    const compiled = walk(expression, 0);
    compiled.next();
    everyHour = compiled.fields.hour.values.length === 24;
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/^Invalid expression, /, '') : 'unreadable';
    return { ok: false, says: `the cron expression "${expression}" cannot be read: ${cause.toLowerCase()}`, hint };
  }
  const offset = found.offsetAt;
  return { ok: true, next: (after) => firstAfter(after, (wall) => walk(expression, wall), everyHour, offset) };
}

/** The expression's wall times after one; `H` is the same number at every time. */
function walk(expression: string, after: number): CronExpression {
  return CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: new Date(after), hashSeed: expression });
}

/** Near a change of the clocks a later wall time may be an earlier instant: so all that could be earlier are looked at. */
function firstAfter(
  after: Instant,
  walls: (from: number) => CronExpression,
  everyHour: boolean,
  offset: (instant: Instant) => Duration,
): Instant {
  const times = walls(after + Math.min(...offsetsAround(after, offset)));
  let best = Number.POSITIVE_INFINITY;
  let last = best;
  for (;;) {
    const wall = times.next().getTime();
    if (wall > last) return best;
    const instants = instantsOf(wall, offset);
    for (const instant of everyHour ? instants : instants.slice(0, 1)) {
      if (instant <= after || instant >= best) continue;
      best = instant;
      last = best + Math.max(...offsetsAround(best, offset));
    }
  }
}

/** The instants at which the wall clock shows a time, earliest first; one that is left out counts from before the change. */
function instantsOf(wall: number, offset: (instant: Instant) => Duration): readonly Instant[] {
  const before = wall - offset(wall - DAY);
  const behind = wall - offset(wall + DAY);
  if (before === behind) return [before];
  const shown = [before, behind].filter((instant) => instant + offset(instant) === wall);
  return shown.length === 0 ? [before] : shown.sort((a, b) => a - b);
}

/** The offset in force, and the one before or after it where a change is no further away than it is large. */
function offsetsAround(instant: Instant, offset: (instant: Instant) => Duration): readonly Duration[] {
  const here = offset(instant);
  const others = [-1, 1].flatMap((direction) => {
    const other = offset(instant + direction * DAY);
    const size = Math.abs(other - here);
    return size > 0 && offset(instant + direction * size) === other ? [other] : [];
  });
  return [here, ...others];
}
