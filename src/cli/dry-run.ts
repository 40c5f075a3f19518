import { previewPlan, type FeedPreview } from '../engine/preview.ts';
import { maskingAccounts } from '../io/accounts.ts';
import { systemClock } from '../io/clock.ts';
import { openDisk } from '../io/disk.ts';
import { maskingVault } from '../io/vault.ts';
import { peekHeads } from '../journal/peek.ts';
import type { Instant } from '../model/instant.ts';
import { counted } from './count-words.ts';
import { hasErrors, printProblems, readConfiguration } from './configuration.ts';
import { table } from './table.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

export interface DryRunOptions {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly at: Instant | undefined;
  /** Only this feed. */
  readonly feed?: string;
}

/** `run --dry-run` and `poll FEED --dry-run`: what would be polled. Writes nothing, sends nothing, resolves no secret. */
export async function dryRun(options: DryRunOptions, world: World): Promise<Exit> {
  const { plan, problems, settings, lost } = await readConfiguration(options.config, world);
  const at = options.at ?? systemClock().now();
  const heads = lost ? new Map() : await peekHeads(openDisk(settings.state));
  const ports = { accounts: maskingAccounts(), vault: maskingVault(), heads };
  const all = await previewPlan(plan, at, ports);
  const feeds = options.feed === undefined ? all : all.filter((preview) => preview.feed === options.feed);
  if (options.feed !== undefined && feeds.length === 0) {
    world.err(
      `elementd: there is no feed "${options.feed}"; there are: ${[...plan.feeds.keys()].join(', ') || 'none'}\n`,
    );
    if (!hasErrors(problems)) return EXIT.usage;
  }
  if (options.json) {
    world.out(`${JSON.stringify({ at: new Date(at).toISOString(), feeds, problems }, undefined, 2)}\n`);
  } else {
    world.out(previewText(feeds, at, world));
    printProblems(problems, world);
  }
  return hasErrors(problems) ? EXIT.config : EXIT.done;
}

function previewText(feeds: readonly FeedPreview[], at: Instant, world: World): string {
  const style = styles(mayColour(world, world.outIsTty));
  const heading = `At ${new Date(at).toISOString()} elementd would poll ${counted(feeds.length, 'feed')}. Nothing was sent, nothing was written.\n`;
  if (feeds.length === 0) return heading;
  const rows = feeds.map((preview) => [
    preview.feed,
    preview.element,
    everyOf(preview),
    preview.schedule.next,
    preview.watermark,
    preview.callback ?? '-',
  ]);
  const columns = ['FEED', 'ELEMENT', 'EVERY', 'NEXT', 'WATERMARK', 'CALLBACK'].map((title) => ({ title }));
  const requests = feeds.map((preview) => requestText(preview, style));
  return `${heading}\n${table(columns, rows, (title) => style('bold', title))}\n${requests.join('\n')}`;
}

function everyOf({ schedule }: FeedPreview): string {
  return 'every' in schedule ? schedule.every : `cron ${schedule.cron} (${schedule.timezone})`;
}

function requestText(preview: FeedPreview, style: ReturnType<typeof styles>): string {
  const { request, baseline, deletes } = preview;
  const lines = [
    style('bold', preview.feed),
    `  configured  ${preview.url}`,
    `  request     ${request.method} ${request.url}`,
    ...Object.entries(request.headers).map(([name, value]) => `              ${style('dim', `${name}: ${value}`)}`),
    ...(request.body === undefined ? [] : [`              ${style('dim', request.body)}`]),
    ...(baseline === undefined ? [] : [`  first look  ${baseline.request.method} ${baseline.request.url}`]),
    ...(deletes === undefined ? [] : [`  deletions   ${deletes.request.method} ${deletes.request.url}`]),
  ];
  return `${lines.join('\n')}\n`;
}
