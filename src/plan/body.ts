import type { Part } from '../language/template.ts';
import { encodeValue } from '../language/query-string.ts';
import type { Findings } from './findings.ts';
import { printedParts, type BoundPair } from './parts.ts';
import { isFormType } from './turn-page.ts';

type Compile = (text: string, path: readonly string[]) => readonly Part[];

/** The template of a request's body: a text as it stands; a map as JSON, or as a form where a header says that it is one. */
export function bodyTemplate(
  body: string | object,
  headers: readonly BoundPair[],
  compile: Compile,
  findings: Findings,
): readonly Part[] {
  if (typeof body === 'string') return compile(body, ['body']);
  return sendsForm(headers) ? formParts(body, compile, findings) : jsonParts(body, ['body'], compile);
}

/** Whether headers say that the body is a form. */
export function sendsForm(headers: readonly BoundPair[]): boolean {
  const type = headers.findLast(({ name }) => name.toLowerCase() === 'content-type');
  return isFormType(printedParts(type?.value ?? []));
}

function formParts(body: object, compile: Compile, findings: Findings): readonly Part[] {
  const parts: Part[] = [];
  for (const [name, value] of Object.entries(body) as readonly [string, unknown][]) {
    if (typeof value === 'object' && value !== null) {
      findings.error(
        ['body', name],
        'is a map or a list, which a form cannot say',
        'write name: value, one for each field',
      );
      continue;
    }
    parts.push(text(`${parts.length === 0 ? '' : '&'}${encodeValue(name)}=`));
    for (const part of compile(String(value ?? ''), ['body', name]))
      parts.push(part.kind === 'text' ? text(encodeValue(part.text)) : part);
  }
  return parts;
}

function jsonParts(value: unknown, path: readonly string[], compile: Compile): readonly Part[] {
  if (typeof value === 'string') {
    const inside = compile(value, path).map((part) =>
      part.kind === 'text' ? text(JSON.stringify(part.text).slice(1, -1)) : part,
    );
    return [text('"'), ...inside, text('"')];
  }
  if (typeof value !== 'object' || value === null)
    return [text(typeof value === 'bigint' ? String(value) : JSON.stringify(value))];
  const list = Array.isArray(value);
  const members = Object.entries(value).flatMap(([key, member], index): readonly Part[] => [
    text(`${index === 0 ? '' : ','}${list ? '' : `${JSON.stringify(key)}:`}`),
    ...jsonParts(member, [...path, key], compile),
  ]);
  return [text(list ? '[' : '{'), ...members, text(list ? ']' : '}')];
}

function text(written: string): Part {
  return { kind: 'text', text: written };
}
