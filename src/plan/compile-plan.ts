import type { Catalog, CatalogInstance } from '../model/catalog.ts';
import type { Feed, Plan } from '../model/feed.ts';
import type { ElementFile, PolledResource } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import type { Problem } from '../model/problem.ts';
import { didYouMean } from '../language/nearest.ts';
import { planAccount } from './account.ts';
import { planCallback } from './callback.ts';
import { compileFeed } from './compile-feed.ts';
import { flagOf, intervalOf, plainOf } from './configuration.ts';
import { httpElement, HTTP_ELEMENT } from './element.ts';
import { configurationFindings, openFindings, type Findings } from './findings.ts';
import { unknownResource } from './target.ts';

const DEFAULT_INTERVAL: Duration = 15 * 60_000;

/** A plan, what is wrong with the rest, and which instances are left out of it because of that. */
export interface CompiledPlan {
  readonly plan: Plan;
  readonly problems: readonly Problem[];
  readonly broken: ReadonlySet<string>;
}

/** Makes a catalog exact: every feed compiled once. Never throws; what cannot be compiled is a problem of its instance. */
export function compilePlan(catalog: Catalog): CompiledPlan {
  const feeds = new Map<string, Feed>();
  const problems: Problem[] = [];
  const broken = new Set<string>(catalog.broken);
  for (const instance of catalog.instances.values()) {
    const element = elementOf(instance, catalog);
    if (element === undefined) continue;
    const compiled = compileInstance(instance, element, catalog);
    problems.push(...compiled.problems);
    if (compiled.problems.some((problem) => problem.severity === 'error')) broken.add(instance.id);
    else for (const feed of compiled.feeds) feeds.set(feed.id, feed);
  }
  for (const draft of catalog.drafts) problems.push(...furtherProblems(draft, catalog));
  return { plan: { feeds }, problems: unique(problems), broken };
}

/** What else is wrong with an instance that has errors; a place that has one already is not told of again. */
function furtherProblems(draft: CatalogInstance, catalog: Catalog): readonly Problem[] {
  const element = elementOf(draft, catalog);
  if (element === undefined) return [];
  const told = new Set(catalog.problems.map(({ file, where }) => `${file} ${where}`));
  try {
    const { problems } = compileInstance(draft, element, catalog);
    return problems.filter(({ file, where }) => !told.has(`${file} ${where}`));
  } catch {
    // What is left of a broken file may be of any shape; its errors are told already.
    return [];
  }
}

function elementOf(instance: CatalogInstance, catalog: Catalog): ElementFile | undefined {
  return instance.elementKey === HTTP_ELEMENT ? httpElement(instance) : catalog.elements.get(instance.elementKey)?.file;
}

interface Polled {
  readonly key: string;
  readonly entry: PolledResource;
  readonly findings: Findings;
}

function compileInstance(
  instance: CatalogInstance,
  element: ElementFile,
  catalog: Catalog,
): { feeds: readonly Feed[]; problems: readonly Problem[] } {
  const findings = configurationFindings(instance);
  if (!flagOf(instance, 'event.notification.enabled', true)) {
    findings.warn(['event.notification.enabled'], 'is false: nothing of this instance is polled');
    return { feeds: [], problems: findings.problems };
  }
  const vendor = plainOf(instance, 'event.vendor.type')?.toLowerCase();
  if (vendor !== undefined && vendor !== 'polling') {
    findings.error(
      ['event.vendor.type'],
      `"${vendor}" is not what elementd does`,
      'write polling, or leave the key out',
    );
  }
  if (instance.configuration.has('event.poller.urls')) {
    findings.warn(
      ['event.poller.urls'],
      'is not read',
      'write an entry for each resource into event.poller.configuration',
    );
  }
  const account = planAccount(instance, element, findings);
  const callback = planCallback(instance, findings);
  const interval = planInterval(instance, findings);
  const feeds: Feed[] = [];
  const found: Findings[] = [findings];
  for (const polled of polledEntries(instance, element, catalog, findings)) {
    found.push(polled.findings);
    const feed = compileFeed({
      instance,
      element,
      resourceKey: polled.key,
      entry: polled.entry,
      account,
      callback,
      interval,
      findings: polled.findings,
    });
    if (feed !== undefined) feeds.push(feed);
  }
  return { feeds, problems: found.flatMap((each) => each.problems) };
}

function planInterval(instance: CatalogInstance, findings: Findings): Duration {
  const text = plainOf(instance, 'event.poller.refresh_interval');
  if (text === undefined) return DEFAULT_INTERVAL;
  const every = intervalOf(text);
  if (every === undefined) {
    findings.error(
      ['event.poller.refresh_interval'],
      `"${text}" is no interval above zero`,
      'write minutes, or a duration such as 30s',
    );
  }
  return every ?? DEFAULT_INTERVAL;
}

/** The entries of the instance's own configuration, or those of the element's default set that `event.objects` chooses. */
function polledEntries(
  instance: CatalogInstance,
  element: ElementFile,
  catalog: Catalog,
  findings: Findings,
): readonly Polled[] {
  if (instance.polled !== undefined) {
    return [...instance.polled].map(([key, entry]) => ({
      key,
      entry,
      findings: openFindings(instance.report, [...instance.polledPath, key]),
    }));
  }
  const defaults = Object.entries(element.resources ?? {}).flatMap(([key, resource]) =>
    resource.poll === undefined ? [] : [{ key, entry: resource.poll }],
  );
  const names = defaults.map(({ key }) => key);
  const chosen = plainOf(instance, 'event.objects')
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of chosen ?? []) {
    if (names.includes(name)) continue;
    const { says, hint } = unknownResource(element, name);
    const known = Object.hasOwn(element.resources ?? {}, name);
    findings.error(
      ['event.objects'],
      known ? `"${name}" has no default configuration` : says,
      known ? 'write an entry for it into event.poller.configuration' : (didYouMean(name, names) ?? hint),
    );
  }
  // A value that is wrong stands in the file all the same, and was told of already.
  if (defaults.length === 0 && !instance.configuration.has('event.poller.configuration')) {
    findings.error(
      [],
      '"event.poller.configuration" is missing',
      `element ${element.key} has no default set: say what is to be polled`,
    );
  }
  const report = catalog.elements.get(instance.elementKey)?.report ?? instance.report;
  return defaults
    .filter(({ key }) => chosen === undefined || chosen.includes(key))
    .map(({ key, entry }) => ({ key, entry, findings: openFindings(report, ['resources', key, 'poll']) }));
}

/** Several instances of one element find the same fault in its file: it is one problem. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = `${problem.file}:${problem.line}:${problem.column}:${problem.where}:${problem.says}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
