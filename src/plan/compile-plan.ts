import type { Catalog, CatalogInstance } from '../model/catalog.ts';
import type { Feed, Plan } from '../model/feed.ts';
import type { ElementFile } from '../model/files.ts';
import type { Duration } from '../model/instant.ts';
import type { Problem } from '../model/problem.ts';
import { planAccount } from './account.ts';
import { checkBaseUrl } from './base-url.ts';
import { planCallback } from './callback.ts';
import { compileFeed } from './compile-feed.ts';
import { flagOf, intervalOf, plainOf } from './configuration.ts';
import { httpElement, HTTP_ELEMENT } from './element.ts';
import { configurationFindings, type Findings } from './findings.ts';
import { polledEntries } from './polled-entries.ts';

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
  const vendor = plainOf(instance, 'event.vendor.type')?.trim();
  if (vendor !== undefined && vendor.toLowerCase() !== 'polling') {
    findings.error(
      ['event.vendor.type'],
      `"${vendor}" is not what elementd does: it polls, and takes in no webhooks of a provider`,
      'write polling, or leave the key out; event.poller.configuration says what is polled',
    );
  }
  checkBaseUrl(instance, findings);
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
