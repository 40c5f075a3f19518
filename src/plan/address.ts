import type { ElementFile, PolledResource } from '../model/files.ts';
import type { Part } from '../language/template.ts';
import { holdsPassword } from './callback.ts';
import { HTTP_ELEMENT } from './element.ts';
import { readAs, type Findings } from './findings.ts';
import { splitUrl, type PolledUrl } from './polled-url.ts';
import { findTarget, type Target } from './target.ts';
import { filledIn, readUrl, warnOfEmptyRange } from './url-mends.ts';

/** What a configured url asks for. */
export interface Address {
  /** The url in its right writing. */
  readonly text: string;
  readonly parts: readonly Part[];
  readonly url: PolledUrl;
  readonly target: Exclude<Target, { kind: 'problem' }>;
}

/** What an address is read from. */
export interface AddressSource {
  readonly element: ElementFile;
  readonly entry: PolledResource;
  /** The feed's own name, to warn where the url asks for another resource; undefined where it may. */
  readonly resourceKey: string | undefined;
  readonly findings: Findings;
}

/** Reads the url of a polled entry. Undefined where something is wrong with it; that is found, and so is what is read over. */
export function readAddress(source: AddressSource): Address | undefined {
  const { element, entry, findings } = source;
  const read = readUrl(entry.url);
  if (!read.ok) findings.error(['url'], read.says, read.hint);
  if (!read.ok || findings.failed()) return undefined;
  const { text, parts } = read;
  if (text !== entry.url) findings.warn(['url'], readAs(text));
  if (!filledIn(parts, findings)) return undefined;
  if (holdsPassword(text)) {
    const hint = 'put them into username and password, with authentication.type: basic';
    findings.error(['url'], 'holds a user name and a password', hint);
    return undefined;
  }
  const split = splitUrl(parts, entry.where !== undefined);
  if (!split.ok) {
    findings.error(['url'], split.says, split.hint);
    return undefined;
  }
  const { url } = split;
  warnOfEmptyRange(url.query, findings);
  if (url.repaired !== undefined) findings.warn(['url'], readAs(url.repaired));
  const target = findTarget(url, element);
  if (target.kind === 'problem') {
    findings.error(['url'], target.says, target.hint);
    return undefined;
  }
  warnOfTarget(target, source);
  return { text, parts, url, target };
}

/** Warns where a url asks for something else than it seems to mean. */
function warnOfTarget(target: Address['target'], { element, resourceKey, findings }: AddressSource): void {
  if (target.kind === 'path' && target.near !== undefined && element.key !== HTTP_ELEMENT)
    findings.warn(['url'], 'is no resource of the element, so it is a plain path under the base URL', target.near);
  if (target.kind !== 'resource' || resourceKey === undefined || target.name === resourceKey) return;
  if (Object.hasOwn(element.resources ?? {}, resourceKey)) {
    const says = `asks for "${target.name}", but is told as "${resourceKey}"`;
    findings.warn(['url'], says, 'replace the name in the url too');
  }
}
