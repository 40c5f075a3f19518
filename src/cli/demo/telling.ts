import { printDuration } from '../../language/duration.ts';
import type { Duration } from '../../model/instant.ts';
import { mayColour, styles, type World } from '../world.ts';
import { CAMPAIGNS_AT_FIRST } from './campaign-story.ts';
import type { DemoFiles } from './demo-files.ts';
import type { Balance } from './ledger.ts';
import type { ReceivedEvent } from './receiver.ts';
import type { SandboxCounts } from './sandbox-provider.ts';

/** What the heading says of the three parts. */
export interface Scene {
  readonly baseUrl: string;
  readonly callbackUrl: string;
  readonly files: DemoFiles;
  readonly interval: string;
  readonly stopAfter: Duration | undefined;
}

/** How the demo ended. */
export interface Ending {
  readonly balance: Balance;
  readonly counts: SandboxCounts;
  /** POSTs that the receiver turned away, with why. */
  readonly refusals: readonly string[];
  /** The last thing that the daemon complained about. */
  readonly complaint: string | undefined;
}

/** Says what happens, for people, or as one JSON object an event with everything else on standard error. */
export interface Teller {
  heading(scene: Scene): void;
  event(event: ReceivedEvent): void;
  ending(ending: Ending): void;
}

/** Opens a teller for a world. */
export function openTeller(world: World, json: boolean): Teller {
  const write = json ? world.err : world.out;
  const style = styles(mayColour(world, json ? world.errIsTty : world.outIsTty));
  return {
    heading({ baseUrl, callbackUrl, files, interval, stopAfter }) {
      const ends =
        stopAfter === undefined
          ? 'Ctrl-C ends it.'
          : `It ends after ${printDuration(stopAfter)}; Ctrl-C ends it sooner.`;
      const rows = [
        [
          'provider',
          `${baseUrl}/emailmarketing/campaigns`,
          `a sandbox: ${CAMPAIGNS_AT_FIRST} campaigns, and every second or so something happens to one`,
        ],
        ['daemon', files.instance, `polls the provider every ${interval}, as this Cloud Elements instance says`],
        ['receiver', callbackUrl, 'checks the signatures of each POST, and prints what it is told'],
      ] as const;
      const lines = [
        `${style('bold', 'elementd demo')}: a provider, the daemon and a receiver speak HTTP on this machine; nothing leaves it. ${ends}`,
        '',
        ...rows.map(
          ([part, place, does]) =>
            `  ${style('cyan', part.padEnd(10))}${place}\n  ${' '.repeat(10)}${style('dim', does)}`,
        ),
        '',
        `Meanwhile, in another terminal: elementd --config ${files.config} status`,
        '',
      ];
      write(`${lines.join('\n')}\n`);
    },
    event: json
      ? (event) => world.out(`${JSON.stringify(eventObject(event))}\n`)
      : (event) => world.out(`${eventLine(event, style)}\n`),
    ending: (ending) => write(`\n${endingLines(ending, style).join('\n')}\n`),
  };
}

type Paint = ReturnType<typeof styles>;

function eventLine(event: ReceivedEvent, style: Paint): string {
  const { receivedAt, changedAt, eventType, name, status, objectId } = event;
  const at = new Date(receivedAt).toISOString().slice(11, 19);
  const kind = style(eventType === 'CREATED' ? 'green' : 'yellow', eventType.padEnd(7));
  const what = `${objectId}  ${status.padEnd(9)}  ${name.padEnd(28)}`;
  return `${style('dim', `${at}Z`)}  ${kind}  ${what}  told ${seconds(receivedAt - changedAt)} after the change  ${style('green', 'signature ok')}`;
}

function eventObject(event: ReceivedEvent): object {
  const { receivedAt, changedAt, eventType, objectType, objectId, name, status, eventId, webhookId } = event;
  return {
    at: new Date(receivedAt).toISOString(),
    eventType,
    objectType,
    objectId,
    name,
    status,
    changedAt: Number.isNaN(changedAt) ? null : new Date(changedAt).toISOString(),
    delayMs: Number.isNaN(changedAt) ? null : receivedAt - changedAt,
    signature: 'ok',
    eventId,
    webhookId,
  };
}

function endingLines({ balance, counts, refusals, complaint }: Ending, style: Paint): readonly string[] {
  const { made, told, merged, missing, invented, usualDelay, longestDelay } = balance;
  const together = merged === 0 ? '' : `, ${merged} together with a later change`;
  const verdict = missing === 0 ? style('green', 'none missing') : style('red', `${missing} missing`);
  const signatures =
    refusals.length === 0
      ? 'all signatures good'
      : style('red', `${refusals.length} POSTs turned away: ${refusals.at(-1) ?? ''}`);
  const delays =
    told === 0
      ? []
      : [`A change was told ${seconds(usualDelay)} after it was made, ${seconds(longestDelay)} at the latest.`];
  return [
    `${style('bold', `${made} ${made === 1 ? 'change' : 'changes'} made, ${told} told${together}, ${verdict}`)}; ${signatures}.`,
    ...delays,
    ...(invented === 0 ? [] : [style('red', `${invented} events told what was not done.`)]),
    `The provider answered ${counts.lists} lists and exchanged ${counts.exchanged} code for an access token, which expired ${times(counts.expired)} and was renewed ${times(counts.renewed)}.`,
    ...(counts.refused === 0 ? [] : [style('red', `It refused ${counts.refused} other requests.`)]),
    ...(missing === 0 || complaint === undefined ? [] : [`The daemon said last: ${complaint}`]),
  ];
}

function seconds(duration: Duration): string {
  return `${(duration / 1_000).toFixed(1)} s`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
