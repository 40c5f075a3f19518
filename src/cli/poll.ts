import type { PollOutcome } from './control.ts';
import { counted } from './count-words.ts';
import { shortInstant } from './time-words.ts';
import { withControl, type ControlOptions } from './with-control.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface PollCommandOptions extends ControlOptions {
  readonly json: boolean;
  readonly feed: string;
  readonly believe: boolean;
}

/** `elementd poll FEED`: one poll now. Without a daemon, what it told is delivered too. */
export async function poll(options: PollCommandOptions, world: World): Promise<Exit> {
  return withControl(
    options,
    world,
    async (control) => {
      const { report, feeds } = await control.poll(options.feed, options.believe);
      if (report === undefined || report === null) {
        world.err(`elementd: there is no feed "${options.feed}"; there are: ${feeds.join(', ') || 'none'}\n`);
        return EXIT.usage;
      }
      if (options.json) world.out(`${JSON.stringify({ feed: options.feed, ...withIso(report) }, undefined, 2)}\n`);
      else world.out(`${pollText(options.feed, report, world)}\n`);
      return report.ok ? EXIT.done : EXIT.failed;
    },
    'poll',
  );
}

function pollText(feed: string, report: PollOutcome, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  if (!report.ok) {
    const { says, hint } = report.failure;
    return `${style('red', 'failed')} ${feed}: ${says}${hint === undefined ? '' : ` (${hint})`}`;
  }
  const { created, updated, deleted, learned, records, pages, watermark, doubt } = report;
  const told = `${created} created, ${updated} updated, ${deleted} deleted${learned === 0 ? '' : `, ${learned} learned`}`;
  const line = `${style('green', 'polled')} ${feed}: ${told}; read ${counted(records, 'record')} on ${counted(pages, 'page')}; complete to ${shortInstant(watermark)}`;
  if (doubt === undefined) return line;
  return `${line}\n${style('yellow', 'doubted')}: ${doubt.absent} of ${doubt.known} known records are gone, none is told as deleted (accept it: elementd poll ${feed} --believe)`;
}

function withIso(report: PollOutcome): object {
  if (!report.ok) return report;
  return { ...report, watermark: new Date(report.watermark).toISOString() };
}
