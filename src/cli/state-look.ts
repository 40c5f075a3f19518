import type { FeedHead, Told } from '../model/change.ts';
import { counted } from './count-words.ts';
import { refused } from './refused.ts';
import type { ShownFeed, ShownRecords, StateRow } from './state-control.ts';
import { table } from './table.ts';
import { shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

type Options = ControlOptions & { readonly json: boolean };

/** Records that `show` prints for people: the ones told or learned last. */
const SHOWN = 20;

const LOOKED: Readonly<Record<FeedHead['looked'], string>> = { none: 'to come', partial: 'done', full: 'read all' };

/** `elementd state list`: every feed that something is remembered of, also those that no file names any more. */
export async function stateList(options: Options, world: World): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const rows = await control.stateList();
    if (options.json) world.out(`${JSON.stringify(rows.map(isoRow), undefined, 2)}\n`);
    else if (rows.length === 0) world.out('Nothing is remembered of any feed.\n');
    else world.out(listText(rows, world));
    for (const { feed, fault } of rows) if (fault !== undefined) world.err(`elementd: ${feed}: ${fault}\n`);
    return rows.some(({ fault }) => fault !== undefined) ? EXIT.fault : EXIT.done;
  });
}

/** `elementd state show FEED`: everything remembered of it; with `--json` every record, as it is read. */
export async function stateShow(options: Options & { readonly feed: string }, world: World): Promise<Exit> {
  return withControl(options, world, async (control) => {
    const lines = control.stateShow(options.feed)[Symbol.asyncIterator]();
    const first = await lines.next();
    const shown = JSON.parse(String(first.value)) as ShownFeed;
    if (!shown.ok) return refused(shown, world);
    const rest = { [Symbol.asyncIterator]: () => lines };
    if (options.json) await printJson(shown, rest, world);
    else world.out(await showText(shown, rest, world));
    if (shown.fault !== undefined) world.err(`elementd: ${shown.fault}\n`);
    return shown.fault === undefined ? EXIT.done : EXIT.fault;
  });
}

function listText(rows: readonly StateRow[], world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const columns = [
    { title: 'FEED' },
    { title: 'WATERMARK' },
    { title: 'SINCE' },
    { title: 'KNOWN', align: 'right' as const },
    { title: 'GONE', align: 'right' as const },
    { title: 'GEN', align: 'right' as const },
    { title: 'FIRST LOOK' },
    { title: 'PLAN' },
    { title: '' },
  ];
  const cells = rows.map(({ feed, head, planned, generation, known, tombstones, fault }) => [
    feed,
    shortInstant(head.watermark),
    head.since === 'all' ? 'all' : shortInstant(head.since),
    `${known ?? '?'}`,
    `${tombstones ?? '?'}`,
    `${generation ?? '?'}`,
    LOOKED[head.looked],
    planned ? 'yes' : style('yellow', 'no'),
    fault === undefined ? doubtOf(head) : style('red', 'cannot be read'),
  ]);
  return table(columns, cells, (title) => style('bold', title));
}

function doubtOf({ doubt }: FeedHead): string {
  return doubt === undefined ? '' : `doubted: ${doubt.absent} of ${doubt.known} absent`;
}

async function showText(
  shown: Extract<ShownFeed, { ok: true }>,
  lines: AsyncIterable<string>,
  world: World,
): Promise<string> {
  const { head, waiting } = shown;
  const { subject } = head;
  const style = styles(mayColour(world, world.outIsTty));
  const last = await latest(lines);
  const rows: readonly (readonly [string, string])[] = [
    ['in the plan', shown.planned ? 'yes' : 'no'],
    ...(subject === undefined
      ? []
      : [
          [
            'reads',
            `${subject.base}${subject.path}, by ${subject.idFields.join(' and ')} (element ${subject.element})`,
          ] as const,
        ]),
    ['complete to', shortInstant(head.watermark)],
    ['tells since', head.since === 'all' ? 'all' : shortInstant(head.since)],
    ['born', shortInstant(head.birth)],
    ['first look', LOOKED[head.looked]],
    ...(head.sweptAt === undefined ? [] : [['last sweep', shortInstant(head.sweptAt)] as const]),
    ...(head.doubt === undefined ? [] : [['doubt', doubtOf(head)] as const]),
    ...(head.relearn === undefined
      ? []
      : [['edited', 'the next full reading learns and forgets without events'] as const]),
    ...(head.successor === undefined ? [] : [['edited', 'it starts anew with its next poll'] as const]),
    ['records', `${shown.known ?? '?'} known, ${shown.tombstones ?? '?'} gone`],
    ['waiting', `${counted(waiting.events, 'event')}; ${waiting.dead} in dead letters`],
    ['generation', `${shown.generation ?? '?'}`],
  ];
  const text = `${style('bold', shown.feed)}\n${rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}\n`).join('')}`;
  if (last.records.length === 0) return text;
  const columns = ['RECORD', 'TOLD', 'DATE', 'LAST', ''].map((title) => ({ title }));
  const cells = last.records.map(([id, told]) => [
    id.replace(/\s+/g, ' ').slice(0, 60),
    told.n === 0 ? 'learned' : `${told.n}`,
    shortInstant(told.date),
    shortInstant(told.at),
    told.gone ?? '',
  ]);
  const more = last.all - last.records.length;
  const rest = more === 0 ? '' : `… and ${more} more (--json gives all)\n`;
  return `${text}\n${table(columns, cells, (title) => style('bold', title))}${rest}`;
}

/** The records that were told or learned last, the newest first, however many there are. */
async function latest(lines: AsyncIterable<string>): Promise<{ readonly records: ShownRecords; readonly all: number }> {
  let records: (readonly [string, Told])[] = [];
  let all = 0;
  for await (const line of lines) {
    const part = JSON.parse(line) as ShownRecords;
    all += part.length;
    records = [...records, ...part].sort(([, a], [, b]) => b.at - a.at).slice(0, SHOWN);
  }
  return { records, all };
}

/** One object, written as its records come. */
async function printJson(
  shown: Extract<ShownFeed, { ok: true }>,
  lines: AsyncIterable<string>,
  world: World,
): Promise<void> {
  const { ok: _ok, ...row } = shown;
  world.out(`${JSON.stringify(isoRow(row)).slice(0, -1)},"records":{`);
  let before = '\n';
  for await (const line of lines) {
    const part = JSON.parse(line) as ShownRecords;
    const texts = part.map(([id, told]) => `${JSON.stringify(id)}:${JSON.stringify(isoTold(told))}`);
    world.out(before + texts.join(',\n'));
    before = ',\n';
    await world.drained?.();
  }
  world.out('\n}}\n');
}

function isoRow<T extends StateRow>(row: T): object {
  const { head } = row;
  const { since, doubt, successor } = head;
  return {
    ...row,
    head: {
      ...head,
      birth: iso(head.birth),
      since: since === 'all' ? since : iso(since),
      watermark: iso(head.watermark),
      shiftingStart: iso(head.shiftingStart),
      sweptAt: iso(head.sweptAt),
      relearn: iso(head.relearn),
      doubt: doubt === undefined ? undefined : { ...doubt, at: iso(doubt.at) },
      successor: successor === undefined ? undefined : { ...successor, birth: iso(successor.birth) },
    },
  };
}

function isoTold(told: Told): object {
  return { ...told, date: iso(told.date), at: iso(told.at), deleted: iso(told.deleted) };
}

function iso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
