import { predicatesOf, type Expression } from '../language/where-tree.ts';
import { printParts } from '../language/template.ts';
import type { Findings } from './findings.ts';
import type { BoundPair } from './parts.ts';
import { plainPredicates, type BoundExpression, type Cannot } from './where-print.ts';

/** Each predicate becomes a parameter of its own; as in Cloud Elements, its operator is not sent. */
export function sayQuery(where: BoundExpression | undefined, cannot: Cannot): readonly BoundPair[] {
  const cure = 'write what the provider offers for it as parameters of its own in the url';
  return plainPredicates(where, 'query parameters', cure, cannot).map(({ field, value }) => ({
    name: field,
    value: value.parts,
  }));
}

/** Warns of each field that a clause names more than once: nothing tells its parameters apart, for operators are not sent. */
export function warnOfRepeated(where: Expression | undefined, findings: Findings): void {
  const sent = new Map<string, readonly string[]>();
  for (const predicate of where === undefined ? [] : predicatesOf(where)) {
    if (predicate.kind !== 'compare') continue;
    const { field, value } = predicate;
    sent.set(field, [...(sent.get(field) ?? []), `${field}=${printParts(value.parts)}`]);
  }
  for (const [field, parameters] of sent) {
    if (parameters.length < 2) continue;
    const says = `names ${field} ${parameters.length} times in its where clause, but operators are not sent: it asks for ${parameters.join('&')}`;
    findings.warn(['url'], says, 'write what the provider offers for a range or a list as parameters of its own');
  }
}
