import type { BoundPair } from './request.ts';
import { plainPredicates, type BoundExpression, type Cannot } from './where-print.ts';

/** Each predicate becomes a parameter of its own; as in Cloud Elements, its operator is not sent. */
export function sayQuery(where: BoundExpression | undefined, cannot: Cannot): readonly BoundPair[] {
  const cure = 'write what the provider offers for it as parameters of its own in the url';
  return plainPredicates(where, 'query parameters', cure, cannot).map(({ field, value }) => ({
    name: field,
    value: value.parts,
  }));
}
