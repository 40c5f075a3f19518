import type { Secret, Text, Vault } from '../model/secret.ts';
import { referenceSecret } from './secret.ts';

/** Something wrong inside a text; `offset` counts UTF-16 units from its beginning. */
export interface TextProblem {
  readonly says: string;
  readonly hint?: string;
  readonly offset: number;
}

/** What stands at a place where a reference could stand. `end` is the offset behind it. */
export type ReferenceFound =
  | { readonly kind: 'secret'; readonly secret: Secret; readonly end: number }
  | { readonly kind: 'problem'; readonly problem: TextProblem; readonly end: number };

const kinds = ['env', 'file', 'cred'] as const;

/**
 * Reads the reference `${env:NAME}`, `${file:PATH}` or `${cred:NAME}` that begins at the offset of its `$`; undefined where none begins
 * there. After a problem, `end` is where reading can go on.
 */
export function readReference(raw: string, offset: number): ReferenceFound | undefined {
  const kind = kinds.find((kind) => raw.startsWith(`\${${kind}:`, offset));
  if (kind === undefined) return undefined;

  const from = offset + kind.length + 3;
  const end = raw.indexOf('}', from);
  const name = end < 0 ? raw.slice(from) : raw.slice(from, end);
  const example = kind === 'file' ? '${file:/run/secrets/api-key}' : `\${${kind}:API_KEY}`;
  const fail = (says: string, hint: string, next: number): ReferenceFound => ({
    kind: 'problem',
    problem: { says, hint, offset },
    end: next,
  });

  if (end < 0 || name.includes('${') || name.includes('\n'))
    return fail(`the reference \${${kind}: has no closing }`, `write it like ${example}`, from);
  if (name.trim() === '') return fail(`the reference \${${kind}:} names nothing`, `write it like ${example}`, end + 1);
  if (kind === 'env' && /[\s=]/.test(name))
    return fail(
      'the reference ${env:…} names no environment variable',
      'a name holds neither white space nor =',
      end + 1,
    );
  if (kind === 'cred' && (/[/\\\s]/.test(name) || name === '.' || name === '..'))
    return fail(
      'the reference ${cred:…} names no credential',
      'it is the plain name of a file in $CREDENTIALS_DIRECTORY; for any other file write ${file:PATH}',
      end + 1,
    );
  return { kind: 'secret', secret: referenceSecret(kind, name), end: end + 1 };
}

/**
 * Parts references from the words around them. `$${` gives a literal `${`; every other `$` is itself. A text without references
 * gives a plain string. A malformed reference is a problem and stays in the text as it was written.
 */
export function splitReferences(raw: string): { readonly text: Text; readonly problems: readonly TextProblem[] } {
  const parts: (string | Secret)[] = [];
  const problems: TextProblem[] = [];
  let plain = '';
  let from = 0;

  for (let at = raw.indexOf('$'); at >= 0; at = raw.indexOf('$', from)) {
    plain += raw.slice(from, at);
    if (raw.startsWith('$${', at)) {
      plain += '${';
      from = at + 3;
      continue;
    }
    const found = readReference(raw, at);
    if (found === undefined) {
      plain += '$';
      from = at + 1;
      continue;
    }
    from = found.end;
    if (found.kind === 'problem') {
      problems.push(found.problem);
      plain += raw.slice(at, from);
      continue;
    }
    if (plain !== '') parts.push(plain);
    plain = '';
    parts.push(found.secret);
  }
  plain += raw.slice(from);

  if (parts.length === 0) return { text: plain, problems };
  if (plain !== '') parts.push(plain);
  return { text: parts, problems };
}

/** The text for people: secrets by their labels. */
export function printText(text: Text): string {
  return typeof text === 'string' ? text : text.map((part) => (typeof part === 'string' ? part : part.label)).join('');
}

/** The text for the wire, each part escaped once; the vault decides what a secret becomes. Throws what the vault throws. */
export function writeText(text: Text, vault: Vault, escape: (value: string) => string): string {
  if (typeof text === 'string') return escape(text);
  return text.map((part) => (typeof part === 'string' ? escape(part) : vault.write(part, escape))).join('');
}

/** The secrets of a text, in order. */
export function secretsIn(text: Text): readonly Secret[] {
  return typeof text === 'string' ? [] : text.filter((part) => typeof part !== 'string');
}

/** Whether a text holds a secret. */
export function isSecretText(text: Text): boolean {
  return typeof text !== 'string' && text.some((part) => typeof part !== 'string');
}
