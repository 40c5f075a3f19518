import type { Catalog, CatalogInstance } from '../model/catalog.ts';
import type { ElementFile, PolledResource } from '../model/files.ts';
import { didYouMean } from '../language/nearest.ts';
import { plainOf, textOf } from './configuration.ts';
import { HTTP_ELEMENT } from './element.ts';
import { openFindings, type Findings } from './findings.ts';
import { readLegacyUrls, splitNames } from './legacy-urls.ts';
import { unknownResource } from './target.ts';

/** An entry to be compiled into a feed. */
export interface Polled {
  readonly key: string;
  readonly entry: PolledResource;
  /** Paths count from the entry. */
  readonly findings: Findings;
}

const CONFIGURATION = 'event.poller.configuration';
const URLS = 'event.poller.urls';
const OBJECTS = 'event.objects';

const sayWhat = `say in ${CONFIGURATION} what is to be polled`;

/**
 * What an instance polls: the entries of its own configuration, else the lines of `event.poller.urls`, else the element's default set or what
 * `event.objects`, or names in `event.poller.urls`, choose from it.
 */
export function polledEntries(
  instance: CatalogInstance,
  element: ElementFile,
  catalog: Catalog,
  findings: Findings,
): readonly Polled[] {
  const urls = listOf(instance, URLS, findings);
  const objects = listOf(instance, OBJECTS, findings);
  if (instance.polled !== undefined) {
    for (const [key, value] of [
      [URLS, urls],
      [OBJECTS, objects],
    ] as const) {
      if (value !== undefined)
        findings.warn([key], `is not read, since ${CONFIGURATION} says what is polled`, 'remove one of the two');
    }
    return [...instance.polled].map(([key, entry]) => ({
      key,
      entry,
      findings: openFindings(instance.report, [...instance.polledPath, key]),
    }));
  }

  const legacy = readLegacyUrls(urls ?? '');
  const lines = legacyEntries(instance, legacy.entries);
  const named: Choice[] = [];
  if (objects !== undefined) named.push({ key: OBJECTS, names: splitNames(objects) });
  if (urls !== undefined && (legacy.names.length > 0 || lines.length === 0))
    named.push({ key: URLS, names: legacy.names });
  if (named.length === 0 && lines.length > 0) return lines;
  const taken = new Set(lines.map(({ key }) => key));
  return [
    ...lines,
    ...defaultEntries(instance, element, catalog, named, findings).filter(({ key }) => !taken.has(key)),
  ];
}

function listOf(instance: CatalogInstance, key: string, findings: Findings): string | undefined {
  const plain = plainOf(instance, key);
  if (plain === undefined && textOf(instance, key) !== undefined)
    findings.error([key], 'holds a reference where none can be resolved', 'write the value itself');
  return plain;
}

/** Names that choose from the default set, and the configuration key that holds them. */
interface Choice {
  readonly key: string;
  readonly names: readonly string[];
}

function legacyEntries(
  instance: CatalogInstance,
  lines: ReturnType<typeof readLegacyUrls>['entries'],
): readonly Polled[] {
  const polled = new Map<string, Polled>();
  for (const { name, entry, xPathFilter } of lines) {
    const findings = openFindings(instance.report, ['configuration', URLS, name]);
    if (polled.has(name)) {
      findings.error([], 'is given twice', 'keep one of the two lines');
      polled.get(name)?.findings.problems.push(...findings.problems);
      continue;
    }
    if (xPathFilter !== '')
      findings.warn([], `the XPath filter ${xPathFilter} is not applied`, 'filter in the url, if the provider can');
    polled.set(name, { key: name, entry, findings });
  }
  return [...polled.values()];
}

/** The entries of the element's default set, or those that are chosen from it. */
function defaultEntries(
  instance: CatalogInstance,
  element: ElementFile,
  catalog: Catalog,
  choices: readonly Choice[],
  findings: Findings,
): readonly Polled[] {
  const defaults = Object.entries(element.resources ?? {}).flatMap(([key, resource]) =>
    resource.poll === undefined ? [] : [{ key, entry: resource.poll }],
  );
  const names = defaults.map(({ key }) => key);
  for (const { key, names: chosen } of choices) {
    if (element.key === HTTP_ELEMENT)
      findings.error([key], 'has nothing to choose from: element http has no default set', sayWhat);
    else if (chosen.length === 0) findings.error([key], 'names no resource', `remove it for all: ${names.join(', ')}`);
    else for (const name of chosen) if (!names.includes(name)) unknownName(element, key, name, names, findings);
  }
  // A value that is wrong stands in the file all the same, and was told of already.
  if (defaults.length === 0 && choices.length === 0 && !instance.configuration.has(CONFIGURATION))
    findings.error([], `"${CONFIGURATION}" is missing`, `element ${element.key} has no default set: ${sayWhat}`);
  const wanted = new Set(choices.flatMap((choice) => choice.names));
  const report = catalog.elements.get(instance.elementKey)?.report ?? instance.report;
  return defaults
    .filter(({ key }) => choices.length === 0 || wanted.has(key))
    .map(({ key, entry }) => ({ key, entry, findings: openFindings(report, ['resources', key, 'poll']) }));
}

function unknownName(
  element: ElementFile,
  key: string,
  name: string,
  names: readonly string[],
  findings: Findings,
): void {
  const known = Object.hasOwn(element.resources ?? {}, name);
  const near = didYouMean(name, names);
  const all = names.length === 0 ? `its default set is empty: ${sayWhat}` : `its default set has ${names.join(', ')}`;
  if (known)
    findings.error([key], `"${name}" has no default configuration`, `write an entry for it into ${CONFIGURATION}`);
  else findings.error([key], unknownResource(element, name).says, near === undefined ? all : `${near} ${all}`);
}
