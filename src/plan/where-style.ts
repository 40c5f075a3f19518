import type { WhereStyle } from '../model/files.ts';
import { mapLiterals, withoutTimes, type Expression } from '../language/where-tree.ts';
import { compileTemplate, type Part } from '../language/template.ts';
import type { Findings } from './findings.ts';
import type { BoundPair, BoundPart } from './parts.ts';
import type { BoundWhere } from './request.ts';
import { sayJql } from './where-jql.ts';
import { sayOdata } from './where-odata.ts';
import type { BoundExpression, Cannot } from './where-print.ts';
import { sayQuery } from './where-query.ts';
import { saySoql } from './where-soql.ts';
import { whereFields, type WhereFields } from './where-template.ts';

type As<K extends WhereStyle['as']> = Extract<WhereStyle, { as: K }>;
type Say<S> = (style: S, where: BoundExpression | undefined, cannot: Cannot) => readonly BoundPair[];

/** The parameters that say a clause, by the kind of style. */
const sayings: { readonly [K in WhereStyle['as']]: Say<As<K>> } = {
  query: (_style, where, cannot) => sayQuery(where, cannot),
  odata: (style, where, cannot) => asParameter(style, sayOdata(style, where, cannot)),
  soql: (style, where, cannot) => asParameter(style, saySoql(style, where, cannot)),
  jql: (style, where, cannot) => asParameter(style, sayJql(style, where, cannot)),
  template: () => [],
};

const defaultParams = { odata: '$filter', soql: 'q', jql: 'jql' } as const;

type InOneParameter = As<keyof typeof defaultParams>;

/** What a clause is compiled from. */
export interface WhereSource {
  readonly where: Expression | undefined;
  readonly style: WhereStyle;
  /** The entry says the style itself; else the element does. */
  readonly ownStyle: boolean;
  /** The names of the parameters that stand in the url. */
  readonly written: ReadonlySet<string>;
  readonly bind: (parts: readonly Part[]) => readonly BoundPart[];
  readonly findings: Findings;
}

/** A clause said to the provider; `fields` gives the values of `${where.FIELD}`, undefined in a style without such words. */
export interface CompiledWhere extends BoundWhere {
  readonly fields: WhereFields | undefined;
}

/** Compiles a clause for its style. What the target cannot say is found at the url. */
export function compileWhere(source: WhereSource): CompiledWhere {
  const { style, findings, written } = source;
  const where = source.where === undefined ? undefined : mapLiterals(source.where, source.bind);
  const cannot: Cannot = (says, hint) => findings.error(['url'], says, hint);
  const fields = style.as === 'template' ? whereFields(where, cannot) : undefined;
  checkSettings(source);
  const param = paramOf(style);
  if (param !== undefined && written.has(param)) {
    if (where !== undefined)
      cannot(
        `holds both where and ${param}, which the where clause is sent as`,
        'write the whole condition into one of them',
      );
    return { whole: [], untimed: [], fields };
  }
  const say = sayings[style.as] as Say<WhereStyle>;
  return {
    whole: say(style, where, cannot),
    // A part of the clause cannot hold what the whole does not, so it is all told already.
    untimed: say(style, where === undefined ? undefined : withoutTimes(where), () => undefined),
    fields,
  };
}

function asParameter(style: InOneParameter, value: readonly BoundPart[]): readonly BoundPair[] {
  return value.length === 0 ? [] : [{ name: style.param ?? defaultParams[style.as], value }];
}

function paramOf(style: WhereStyle): string | undefined {
  if (style.as === 'query' || style.as === 'template') return undefined;
  return style.param ?? defaultParams[style.as];
}

/** The style's own pieces of a query are sent as they stand, so they hold neither words nor what is added behind them. */
function checkSettings({ style, ownStyle, findings }: WhereSource): void {
  const texts: readonly (readonly [key: string, text: string | undefined])[] =
    style.as === 'soql'
      ? [
          ['select', style.select],
          ['orderBy', style.orderBy],
        ]
      : style.as === 'jql'
        ? [
            ['and', style.and],
            ['orderBy', style.orderBy],
          ]
        : [];
  for (const [key, text = ''] of texts) {
    const at = ownStyle ? ['where', key] : ['url'];
    const of = ownStyle ? '' : `the element's where.${key} `;
    const compiled = compileTemplate(text);
    if (!compiled.ok || compiled.template.parts.some(({ kind }) => kind !== 'text'))
      findings.error(
        at,
        `${of}holds a template word`,
        "write it into the url's where, such as project='${configuration.KEY}'",
      );
    const added = /\b(where|order\s+by|limit)\b/i.exec(text.replace(/\([^()]*\)|'[^']*'|"[^"]*"/g, ''))?.[1];
    if (added !== undefined)
      findings.error(
        at,
        `${of}holds ${added.toUpperCase()}, which would stand in the middle of the query`,
        "conditions belong into the url's where, the order into orderBy",
      );
  }
}
