import type { Part } from './template.ts';

/** Operators that compare a field with one value. */
export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=';

/** A value without its quotes; without parts it is the empty text. */
export interface Literal<P = Part> {
  readonly parts: readonly P[];
  readonly quoted: boolean;
}

/** What a where-clause says of one field. */
export type Predicate<P = Part> =
  | { readonly kind: 'compare'; readonly field: string; readonly op: Comparison; readonly value: Literal<P> }
  | { readonly kind: 'like'; readonly field: string; readonly negated: boolean; readonly value: Literal<P> }
  | { readonly kind: 'in'; readonly field: string; readonly negated: boolean; readonly values: readonly Literal<P>[] }
  | { readonly kind: 'null'; readonly field: string; readonly negated: boolean };

/** A where-clause as a tree: a joint has two terms at least, none of its own kind. */
export type Expression<P = Part> = Predicate<P> | Joint<P>;

/** Terms joined by AND or by OR. */
export interface Joint<P = Part> {
  readonly kind: 'and' | 'or';
  readonly terms: readonly Expression<P>[];
}

/** Whether an expression is a joint of several. */
export function isJoint<P>(where: Expression<P>): where is Joint<P> {
  return where.kind === 'and' || where.kind === 'or';
}

/** Joins terms, those of joints of the same kind one by one; undefined where there are none. */
export function joinTerms<P>(kind: 'and' | 'or', terms: readonly Expression<P>[]): Expression<P> | undefined {
  const flat = terms.flatMap((term) => (term.kind === kind ? term.terms : [term]));
  return flat.length < 2 ? flat[0] : { kind, terms: flat };
}

/** The same clause with the parts of each literal replaced. */
export function mapLiterals<P, Q>(where: Expression<P>, replace: (parts: readonly P[]) => readonly Q[]): Expression<Q> {
  const literal = ({ parts, quoted }: Literal<P>): Literal<Q> => ({ parts: replace(parts), quoted });
  switch (where.kind) {
    case 'and':
    case 'or':
      return { ...where, terms: where.terms.map((term) => mapLiterals(term, replace)) };
    case 'in':
      return { ...where, values: where.values.map(literal) };
    case 'null':
      return where;
    default:
      return { ...where, value: literal(where.value) };
  }
}

/** What is left when every predicate that holds a time word counts as true; undefined where nothing is. */
export function withoutTimes<P extends { readonly kind: string }>(where: Expression<P>): Expression<P> | undefined {
  if (!isJoint(where)) return isTimed(where) ? undefined : where;
  const terms = where.terms.map(withoutTimes);
  if (where.kind === 'or' && terms.includes(undefined)) return undefined;
  return joinTerms(
    where.kind,
    terms.filter((term) => term !== undefined),
  );
}

/** The predicates of a clause, in order. */
export function predicatesOf<P>(where: Expression<P>): readonly Predicate<P>[] {
  return isJoint(where) ? where.terms.flatMap(predicatesOf) : [where];
}

/** A predicate's operator as it is written. */
export function operatorOf(predicate: Predicate<unknown>): string {
  if (predicate.kind === 'compare') return predicate.op;
  if (predicate.kind === 'null') return predicate.negated ? 'IS NOT NULL' : 'IS NULL';
  return `${predicate.negated ? 'NOT ' : ''}${predicate.kind.toUpperCase()}`;
}

function isTimed(predicate: Predicate<{ readonly kind: string }>): boolean {
  if (predicate.kind === 'null') return false;
  const values = predicate.kind === 'in' ? predicate.values : [predicate.value];
  return values.some(({ parts }) => parts.some(({ kind }) => kind === 'time'));
}
