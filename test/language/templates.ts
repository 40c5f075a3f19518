import assert from 'node:assert/strict';
import { compileTemplate } from '../../src/language/template.ts';
import type { Part, Template } from '../../src/language/template.ts';

/** 2026-01-02T03:04:05.678Z */
const instant = 1767323045678;

/** A template that must be read; its source is the right writing. */
export function compiled(source: string): Template {
  const result = compileTemplate(source);
  assert.ok(result.ok, result.ok ? '' : result.says);
  assert.equal(result.template.source, result.repaired ?? source);
  return result.template;
}

/** Parts as one line: times as they print the instant above, marked with a letter for what they are of. */
export function show(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      if (part.kind === 'time') return `<${part.of[0]} ${part.pattern.format(instant)}>`;
      if (part.kind === 'configuration') return `<configuration ${part.key}>`;
      if (part.kind === 'where') return `<where ${part.field}>`;
      return part.kind === 'token' ? `<token ${part.path.join('/')}>` : part.secret.label;
    })
    .join('');
}
