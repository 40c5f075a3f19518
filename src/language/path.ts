import type { Json } from '../model/record.ts';

const wholeKeys = new WeakMap<readonly string[], string>();

/** A step of a path that holds brackets: between quotes, a position, or bare up to the next dot. */
const bracketStep = /\.?\['([^']+)'\]|\.?\["([^"]+)"\]|\[(\d+)\]|\.?([^.[\]'"]+)/y;

/** Reads a dotted path such as `a.b.0`, or `a['b c'][0]`; '' is the empty path, which leads to the value itself. */
export function parsePath(path: string): readonly string[] {
  return path === '' ? [] : ((path.includes('[') ? withBrackets(path) : undefined) ?? path.split('.'));
}

/** Undefined where the brackets are letters of a name. */
function withBrackets(path: string): readonly string[] | undefined {
  const steps: string[] = [];
  bracketStep.lastIndex = 0;
  for (let at = 0; at < path.length; at = bracketStep.lastIndex) {
    const [, single, double, position, bare] = bracketStep.exec(path) ?? [];
    const step = single ?? double ?? position ?? bare;
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps;
}

/** Writes a path as it is read. */
export function printPath(path: readonly string[]): string {
  return path.join('.');
}

/**
 * The value at a path, or undefined where it leads nowhere. Positions in an array are digits. Where the nested path leads nowhere,
 * a key at the top that is the whole dotted path counts. Allocates nothing for a path that was used before.
 */
export function at(value: Json, path: readonly string[]): Json | undefined {
  const found = follow(value, path);
  if (found !== undefined || path.length < 2) return found;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const whole = wholeKey(path);
  return Object.hasOwn(value, whole) ? (value as { readonly [key: string]: Json })[whole] : undefined;
}

function follow(value: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = value;
  for (let i = 0; i < path.length; i++) {
    if (typeof here !== 'object' || here === null) return undefined;
    const key = path[i] as string;
    // An array owns its length, which is no record's.
    if (!Object.hasOwn(here, key) || (key === 'length' && Array.isArray(here))) return undefined;
    here = (here as { readonly [key: string]: Json })[key];
  }
  return here;
}

function wholeKey(path: readonly string[]): string {
  let whole = wholeKeys.get(path);
  if (whole === undefined) {
    whole = path.join('.');
    wholeKeys.set(path, whole);
  }
  return whole;
}
