import type { CatalogInstance } from '../model/catalog.ts';
import type { ElementFile } from '../model/files.ts';
import { compileTemplate, type Part } from '../language/template.ts';
import { printText } from '../language/text.ts';
import { holdsPassword } from './callback.ts';
import { textOf } from './configuration.ts';
import type { Text } from '../model/secret.ts';
import type { Findings } from './findings.ts';
import { encodeValue } from '../language/query-string.ts';
import { encodeRaw } from './request.ts';
import { bindParts, textParts, type BoundPart } from './parts.ts';

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
  const parts = own === undefined ? bind(template(element.baseUrl ?? '', ['url']), ['url']) : ownParts(instance, own);
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

/** Finds what is wrong with the `base.url` of an instance: what is left to be filled in, and what cannot stand before a path. */
export function checkBaseUrl(instance: CatalogInstance, findings: Findings): void {
  const own = textOf(instance, 'base.url');
  if (own === undefined) return;
  const found = (says: string, hint: string): void => findings.error(['base.url'], says, hint);
  const parts = ownParts(instance, own, (key) =>
    found(`holds \${configuration.${key}}, but "${key}" is missing`, 'add that key, or write its value here'),
  );
  const text = parts.map((part) => (part.kind === 'text' ? part.text : '\0')).join('');
  const left = text.match(/\$?\{\{?[^{}\0]{0,80}\}\}?|<[^<>\0]{1,80}>/g) ?? [];
  if (left.length > 0)
    found(
      `still holds ${left.join(' and ')}`,
      'put in the value; a word that is filled in here is ${configuration.KEY}',
    );
  else if (/[?#]/.test(text))
    found(
      'holds a query or a fragment, but paths are put behind it',
      'put parameters into query of the polled resource',
    );
}

/** The instance's own base URL with the words of its configuration filled in, as they are: one may hold the whole address. */
function ownParts(
  instance: CatalogInstance,
  own: Text,
  missing: (key: string) => void = () => undefined,
): readonly BoundPart[] {
  return textParts(own).flatMap((piece): readonly BoundPart[] => {
    const compiled = piece.kind === 'text' ? compileTemplate(piece.text) : undefined;
    if (
      compiled?.ok !== true ||
      compiled.template.parts.some(({ kind }) => kind !== 'text' && kind !== 'configuration')
    )
      return [piece];
    const bound = bindParts(compiled.template.parts, instance.configuration, missing, () => []);
    return bound.map((part) => (part.kind === 'value' ? { ...part, kind: 'text' } : part));
  });
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
