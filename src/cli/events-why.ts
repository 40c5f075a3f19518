import type { Why } from '../engine/why.ts';
import { eventRows, isoEvent } from './events.ts';
import { iso } from './stands.ts';
import { table } from './table.ts';
import { shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface EventsWhyOptions extends ControlOptions {
  readonly json: boolean;
  readonly feed: string;
  readonly record: string;
}

/**
 * `elementd events why FEED RECORD`: what was last seen of a record, which version was told, and why a reading told nothing. Exit 1 for a
 * feed that does not exist.
 */
export async function eventsWhy(options: EventsWhyOptions, world: World): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const why = await control.why(options.feed, options.record);
    if (options.json) world.out(`${JSON.stringify(isoWhy(why), undefined, 2)}\n`);
    else if (why.state === 'no-feed') world.err(`elementd: ${why.says.join('; ')}\n`);
    else world.out(whyText(why, world));
    return why.state === 'no-feed' ? EXIT.fault : EXIT.done;
  });
}

function whyText(why: Why, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const bold = (title: string): string => style('bold', title);
  const readings = table(
    [{ title: 'READ' }, { title: 'UPDATED' }, { title: '' }],
    why.readings.map(({ at, date, says }) => [shortInstant(at), date === undefined ? '-' : (iso(date) ?? '-'), says]),
    bold,
  );
  const lines = [
    `${bold(`${why.feed} ${JSON.stringify(why.record)}`)}: ${why.state}\n`,
    ...why.says.map((sentence) => `  ${sentence}\n`),
    why.readings.length < 2 ? '' : `\n${readings}`,
    why.events.length === 0 ? '' : `\n${eventRows(why.events, world)}`,
  ];
  return lines.join('');
}

/** The answer with instants in ISO 8601, for machines. */
function isoWhy(why: Why): object {
  const { at, watching, version, head, readings, events } = why;
  return {
    ...why,
    at: iso(at),
    watching: iso(watching),
    version: version && { ...version, at: iso(version.at), date: iso(version.date), deleted: iso(version.deleted) },
    head: head && {
      ...head,
      since: head.since === 'all' ? 'all' : iso(head.since),
      watermark: iso(head.watermark),
      relearn: iso(head.relearn),
      doubt: head.doubt && { ...head.doubt, at: iso(head.doubt.at) },
    },
    readings: readings.map((reading) => ({ ...reading, at: iso(reading.at), date: iso(reading.date) })),
    events: events.map(isoEvent),
  };
}
