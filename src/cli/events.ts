import type { EventQuery, ToldEvent } from '../model/journal.ts';
import { table } from './table.ts';
import { shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface EventsListOptions extends ControlOptions {
  readonly json: boolean;
  readonly query: EventQuery;
}

/** `elementd events list`: what was told, oldest first. */
export async function eventsList(options: EventsListOptions, world: World): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const events = await control.events(options.query);
    if (options.json) for (const event of events) world.out(`${JSON.stringify(isoEvent(event))}\n`);
    else world.out(eventRows(events, world));
    return EXIT.done;
  });
}

/** `elementd events show ID`: one event, or one POST by its webhook-id, with the record as it was told. */
export async function eventsShow(
  options: ControlOptions & { readonly json: boolean; readonly id: string },
  world: World,
): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const found = await control.event(options.id);
    if (found === undefined) {
      world.err(
        `elementd: there is no event "${options.id}" within the retention; \`elementd events list\` shows those there are\n`,
      );
      return EXIT.fault;
    }
    const { event, body } = found;
    if (options.json) {
      // The body is told as it was sent, so that long numbers keep their digits.
      const head = JSON.stringify(isoEvent(event));
      world.out(`${head.slice(0, -1)},"body":${body ?? 'null'}}\n`);
      return EXIT.done;
    }
    const rows: readonly (readonly [string, string])[] = [
      ['event', event.id],
      ['feed', event.feed],
      ['record', event.recordId],
      ['kind', event.kind],
      ['date', shortInstant(event.date)],
      ['told', shortInstant(event.committedAt)],
      [
        'state',
        `${event.state}${event.settledAt == null ? '' : ` at ${shortInstant(event.settledAt)}`}, ${event.attempts} failed attempts`,
      ],
      ['last answer', event.lastSays ?? '-'],
      ['callback', event.callback ?? '-'],
      ['webhook-id', event.delivery],
    ];
    world.out(rows.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join(''));
    if (body !== undefined && body !== null) world.out(`\n${body}\n`);
    return EXIT.done;
  });
}

/** Events as a table, the oldest first. */
export function eventRows(events: readonly ToldEvent[], world: World): string {
  if (events.length === 0) return 'No events.\n';
  const style = styles(mayColour(world, world.outIsTty));
  const columns = ['TOLD', 'KIND', 'FEED', 'RECORD', 'STATE', 'EVENT'].map((title) => ({ title }));
  const rows = events.map((event) => [
    shortInstant(event.committedAt),
    event.kind,
    event.feed,
    event.recordId.replace(/\s+/g, ' ').slice(0, 60),
    event.state === 'dead' ? style('red', 'dead') : event.state,
    event.id,
  ]);
  return table(columns, rows, (title) => style('bold', title));
}

/** An event with instants in ISO 8601, for machines. */
export function isoEvent(event: ToldEvent): object {
  return {
    ...event,
    date: new Date(event.date).toISOString(),
    committedAt: new Date(event.committedAt).toISOString(),
    ...(event.settledAt == null ? {} : { settledAt: new Date(event.settledAt).toISOString() }),
  };
}
