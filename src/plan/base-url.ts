import type { CatalogInstance } from '../model/catalog.ts';
import type { ElementFile } from '../model/files.ts';
import type { Part } from '../language/template.ts';
import { printText } from '../language/text.ts';
import { holdsPassword } from './callback.ts';
import { textOf } from './configuration.ts';
import type { Findings } from './findings.ts';
import { encodeValue } from '../language/query-string.ts';
import { encodeRaw } from './request.ts';
import { textParts, type BoundPart } from './parts.ts';

/** The instance's base URL, or the element's, without slashes at its end. Undefined where there is none or it holds a password; that is found. */
export function baseOf(
  source: { readonly instance: CatalogInstance; readonly element: ElementFile; readonly findings: Findings },
  bind: (parts: readonly Part[], path: readonly string[]) => readonly BoundPart[],
  template: (text: string, path: readonly string[]) => readonly Part[],
): readonly BoundPart[] | undefined {
  const { instance, element, findings } = source;
  const own = textOf(instance, 'base.url');
  if (own !== undefined && holdsPassword(printText(own))) {
    const hint = 'put them into username and password, with authentication.type: basic';
    findings.error([], '"base.url" holds a user name and a password', hint);
    return undefined;
  }
  const parts = own === undefined ? bind(template(element.baseUrl ?? '', ['url']), ['url']) : textParts(own);
  if (parts.length === 0) {
    findings.error(
      [],
      '"base.url" is missing',
      'such as https://api.example.com/v2, or write the whole address into the url',
    );
    return undefined;
  }
  const last = parts.length - 1;
  return parts.map((part, index) =>
    (part.kind === 'text' || part.kind === 'value') && index === last
      ? { ...part, text: part.text.replace(/\/+$/, '') }
      : part,
  );
}

/** The element's own base URL where it holds no words. */
export function plainBase(element: ElementFile): string | undefined {
  return element.baseUrl === undefined || element.baseUrl.includes('${') ? undefined : element.baseUrl;
}

/** Whether an absolute url is one, with a name or a number in place of each word whose value is not known yet. */
export function canBeUrl(path: readonly BoundPart[]): boolean {
  const written = (part: BoundPart, unknown: string): string => {
    if (part.kind === 'text') return encodeRaw(part.text);
    if (part.kind === 'value') return encodeValue(part.text);
    // No host and no port holds a date: this sign may stand in a path only.
    return part.kind === 'time' ? '<' : unknown;
  };
  return ['x', '1'].some((unknown) => URL.canParse(path.map((part) => written(part, unknown)).join('')));
}
