import { isJoint, operatorOf, predicatesOf, type Expression, type Predicate } from '../language/where-tree.ts';
import type { BoundPart } from './parts.ts';
import { plain } from './where-literal.ts';

/** A where-clause whose configuration words are filled in. */
export type BoundExpression = Expression<BoundPart>;
export type BoundPredicate = Predicate<BoundPart>;

/** Takes what a target cannot say, and what to do instead. */
export type Cannot = (says: string, hint: string) => void;

/** Says an expression with infix joints; a joint inside another stands in parentheses, for not every target knows AND before OR. */
export function printExpression(
  where: BoundExpression,
  joints: Readonly<Record<'and' | 'or', string>>,
  say: (predicate: BoundPredicate) => readonly BoundPart[],
): readonly BoundPart[] {
  if (!isJoint(where)) return say(where);
  const joint = plain(` ${joints[where.kind]} `);
  return joinParts(
    joint,
    where.terms.map((term) => {
      const said = printExpression(term, joints, say);
      return isJoint(term) ? [plain('('), ...said, plain(')')] : said;
    }),
  );
}

/** Lists of parts with a joint between them. */
export function joinParts(joint: BoundPart, lists: readonly (readonly BoundPart[])[]): readonly BoundPart[] {
  return lists.flatMap((list, index) => (index === 0 ? list : [joint, ...list]));
}

/** A predicate that compares a field with one value. */
export type Compared = Extract<BoundPredicate, { kind: 'compare' }>;

/** The predicates of a clause that says no more than values of fields; anything else is told, with the name of the target. */
export function plainPredicates(
  where: BoundExpression | undefined,
  target: string,
  cure: string,
  cannot: Cannot,
): readonly Compared[] {
  if (where === undefined) return [];
  if (holdsOr(where)) cannot(`OR cannot be said in ${target}`, cure);
  const plain: Compared[] = [];
  for (const predicate of predicatesOf(where)) {
    if (predicate.kind === 'compare' && predicate.op !== '!=') plain.push(predicate);
    else cannot(`${operatorOf(predicate)} of ${predicate.field} cannot be said in ${target}`, cure);
  }
  return plain;
}

function holdsOr(where: BoundExpression): boolean {
  return isJoint(where) && (where.kind === 'or' || where.terms.some(holdsOr));
}
