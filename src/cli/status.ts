import type { FeedStatus } from '../engine/status.ts';
import { printProblem } from '../config/print-problem.ts';
import type { FeedStanding, Hold } from '../engine/standing.ts';
import type { StatusAnswer } from './control.ts';
import { counted } from './count-words.ts';
import { iso, isoStanding, standingRows } from './stands.ts';
import { table } from './table.ts';
import { roughly, shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type Style, type World } from './world.ts';

export interface StatusOptions extends ControlOptions {
  readonly json: boolean;
  readonly feed: string | undefined;
}

const COLOURS: Readonly<Record<FeedStatus['state'], Style>> = {
  ok: 'green',
  new: 'cyan',
  polling: 'cyan',
  failing: 'red',
  paused: 'yellow',
  doubted: 'yellow',
};

/** `elementd status [FEED]`: where feeds, callbacks and configuration stand; of one feed, why it stands there. */
export async function status(options: StatusOptions, world: World): Promise<Exit> {
  return withControl(options, world, async (control, local) => {
    const answer = await control.status();
    const { feed } = options;
    const one = answer.feeds.find((each) => each.feed === feed);
    const known = feed === undefined ? undefined : await control.stands(feed);
    const standing = known && local ? { ...known, holds: [...known.holds, noDaemon] } : known;
    if (feed !== undefined && standing === undefined) {
      const there = answer.feeds.map((each) => each.feed).join(', ') || 'none';
      const broken = answer.broken.find(({ instance }) => feed.startsWith(`${instance}/`));
      const why =
        broken === undefined ? '' : `; instance ${broken.instance} has errors and does not run (elementd validate)`;
      world.err(`elementd: there is no feed "${feed}"; there are: ${there}${why}\n`);
      return EXIT.usage;
    }
    if (options.json) world.out(`${JSON.stringify(isoStatus(answer, one, standing, local), undefined, 2)}\n`);
    else if (standing === undefined) world.out(statusText(answer, local, world));
    else world.out(feedText(one, standing, answer, world));
    return EXIT.done;
  });
}

function statusText(answer: StatusAnswer, local: boolean, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const bold = (title: string): string => style('bold', title);
  const running = local ? 'no daemon runs on this state directory' : 'the daemon runs';
  const feeds = table(
    [
      { title: 'FEED' },
      { title: 'STATE' },
      { title: 'WATERMARK' },
      { title: 'LAG', align: 'right' },
      { title: 'LAST POLL', align: 'right' },
      { title: 'NEXT', align: 'right' },
      { title: '' },
    ],
    answer.feeds.map((feed) => [
      feed.feed,
      style(COLOURS[feed.state], feed.state),
      shortInstant(feed.watermark),
      roughly(feed.lag),
      feed.lastPoll == null ? '-' : `${roughly(answer.at - feed.lastPoll)} ago`,
      feed.nextPoll == null ? '-' : `in ${roughly(feed.nextPoll - answer.at)}`,
      feed.says,
    ]),
    bold,
  );
  const { callbacks, parked, dead } = answer.delivery;
  const outbox = table(
    [
      { title: 'CALLBACK' },
      { title: 'STATE' },
      { title: 'WAITING', align: 'right' },
      { title: 'OLDEST', align: 'right' },
      { title: '' },
    ],
    callbacks.map((callback) => [
      callback.key,
      callback.state,
      `${callback.events}`,
      callback.oldest === undefined ? '-' : `${roughly(answer.at - callback.oldest)} ago`,
      callback.lastError?.says ?? '',
    ]),
    bold,
  );
  const lines = [
    `${shortInstant(answer.at)}: ${running}, ${counted(answer.feeds.length, 'feed')}\n`,
    answer.feeds.length === 0 ? '' : `\n${feeds}`,
    callbacks.length === 0 ? '' : `\n${outbox}`,
    parked.events === 0 ? '' : `\n${parked.events} events wait for feeds that have no callback or are gone\n`,
    dead === 0 ? '' : `\n${style('red', counted(dead, 'dead letter'))}: elementd events list --state dead\n`,
    answer.problems.length === 0 ? '' : `\n${answer.problems.map((problem) => `${printProblem(problem)}\n`).join('')}`,
    answer.lost === false ? '' : `${answer.lost}: everything runs on as it was\n`,
    ...answer.broken.map(
      ({ instance, running }) =>
        `instance ${instance} has errors and ${running ? 'runs as it was last good' : 'does not run'}\n`,
    ),
  ];
  return lines.join('');
}

function feedText(feed: FeedStatus | undefined, standing: FeedStanding, answer: StatusAnswer, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const [state, ...others] = feed === undefined ? [] : feedRows(feed, standing, answer, style);
  const rows = [...(state === undefined ? [] : [state]), ...standingRows(standing, answer.at), ...others];
  return `${style('bold', standing.feed)}\n${rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}\n`).join('')}`;
}

function feedRows(
  feed: FeedStatus,
  { asOf }: FeedStanding,
  { at }: StatusAnswer,
  style: ReturnType<typeof styles>,
): readonly (readonly [string, string])[] {
  const { last, failure } = feed;
  const remembered = asOf == null ? 'none yet' : `began ${shortInstant(asOf)}; none since the daemon started`;
  const rows: (readonly [string, string])[] = [
    ['state', `${style(COLOURS[feed.state], feed.state)}${feed.says === '' ? '' : `: ${feed.says}`}`],
    ['element', feed.element],
    ['callback', feed.callback ?? 'none: events are kept and listed'],
    ['tells since', feed.since === 'all' ? 'all' : shortInstant(feed.since)],
    ['complete to', `${shortInstant(feed.watermark)} (${roughly(feed.lag)} behind)`],
    [
      'first look',
      feed.firstLook === 'none' ? 'still to come' : feed.firstLook === 'full' ? 'done, read everything' : 'done',
    ],
    [
      'last poll',
      feed.lastPoll == null
        ? 'none since the daemon started'
        : `${shortInstant(feed.lastPoll)} (${roughly(at - feed.lastPoll)} ago)`,
    ],
    ['last good', feed.lastOk == null ? remembered : shortInstant(feed.lastOk)],
    ['next poll', feed.nextPoll == null ? '-' : `${shortInstant(feed.nextPoll)} (in ${roughly(feed.nextPoll - at)})`],
  ];
  if (last != null) {
    rows.push([
      'it read',
      `${counted(last.records, 'record')} on ${counted(last.pages, 'page')}${last.everything ? ', all there is' : ''}`,
    ]);
    rows.push([
      'it told',
      `${last.created} created, ${last.updated} updated, ${last.deleted} deleted; learned ${last.learned}`,
    ]);
  }
  if (failure != null) rows.push(['failure', `${failure.says}${failure.hint == null ? '' : ` (${failure.hint})`}`]);
  return rows;
}

const noDaemon: Hold = {
  what: 'no-daemon',
  says: 'no daemon runs on this state directory, so nothing is polled: start it with `elementd run`',
};

/** The answer with instants in ISO 8601, for machines. */
function isoStatus(
  answer: StatusAnswer,
  one: FeedStatus | undefined,
  standing: FeedStanding | undefined,
  local: boolean,
): object {
  const shown = standing === undefined ? answer.feeds : one === undefined ? [] : [one];
  const feeds = shown.map((feed) => ({
    ...feed,
    since: feed.since === 'all' ? 'all' : iso(feed.since),
    watermark: iso(feed.watermark),
    lastPoll: iso(feed.lastPoll),
    lastOk: iso(feed.lastOk),
    nextPoll: iso(feed.nextPoll),
    doubt: feed.doubt == null ? undefined : { ...feed.doubt, at: iso(feed.doubt.at) },
    last: feed.last == null ? undefined : { ...feed.last, watermark: iso(feed.last.watermark) },
    failure: feed.failure == null ? undefined : { ...feed.failure, notBefore: iso(feed.failure.notBefore) },
  }));
  const callbacks = answer.delivery.callbacks.map((callback) => ({
    ...callback,
    oldest: iso(callback.oldest),
    nextAttemptAt: iso(callback.nextAttemptAt),
    lastError: callback.lastError === undefined ? undefined : { ...callback.lastError, at: iso(callback.lastError.at) },
  }));
  return {
    ...answer,
    at: iso(answer.at),
    running: !local,
    feeds,
    delivery: { ...answer.delivery, callbacks },
    standing: standing && isoStanding(standing),
  };
}
