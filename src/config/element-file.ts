import type { CatalogElement, SourceFile } from '../model/catalog.ts';
import type { ElementAuth, ElementFile } from '../model/files.ts';
import type { Problem } from '../model/problem.ts';
import { askedKeys, furtherProblems } from './file-checks.ts';
import { checkSchema } from './schema-check.ts';
import { baseName, openSource } from './source.ts';

/** An element, and what its file says about the configuration keys of its instances. */
export interface ElementEntry {
  readonly element: CatalogElement;
  /** Keys that the element reads. */
  readonly keys: ReadonlySet<string>;
  /** Those of them whose values are secrets. */
  readonly secretKeys: ReadonlySet<string>;
}

/** Reads an element file; `entry` is absent where it has an error. */
export function readElement(file: SourceFile): {
  readonly entry?: ElementEntry;
  readonly problems: readonly Problem[];
} {
  const { source, problems: unread } = openSource(file);
  if (source === undefined) return { problems: unread };

  const { root, report } = source;
  const problems = [...unread, ...furtherProblems(unread, checkSchema('element', root, report))];
  const element = root.value as ElementFile;
  const name = baseName(file.path);
  if (typeof root.members?.get('key')?.value === 'string' && element.key !== name) {
    const hint = `rename the file, or write key: ${name}`;
    problems.push(report.problem(['key'], `must be the name of its file, ${name}, but is ${element.key}`, { hint }));
  }
  if (problems.some(({ severity }) => severity === 'error')) return { problems };

  const { auth } = element;
  if (auth?.type === 'apiKey' && (auth.header === undefined) === (auth.query === undefined)) {
    const says = auth.header === undefined ? 'names neither header nor query' : 'names both header and query';
    problems.push(report.problem(['auth'], says, { hint: 'say with one of them where the API key goes' }));
    return { problems };
  }
  const { keys, secretKeys } = authKeys(auth);
  const all = new Set([...askedKeys(root), ...keys]);
  return {
    entry: { element: { file: element, path: file.path, report }, keys: all, secretKeys: new Set(secretKeys) },
    problems,
  };
}

function authKeys(auth: ElementAuth | undefined): {
  readonly keys: readonly string[];
  readonly secretKeys: readonly string[];
} {
  switch (auth?.type) {
    case 'basic': {
      const password = auth.passwordKey ?? 'password';
      return { keys: [auth.usernameKey ?? 'username', password], secretKeys: [password] };
    }
    case 'bearer': {
      const token = auth.tokenKey ?? 'token';
      return { keys: [token], secretKeys: [token] };
    }
    case 'apiKey': {
      const key = auth.value ?? 'api.key';
      return { keys: [key], secretKeys: [key] };
    }
    default:
      return { keys: [], secretKeys: [] };
  }
}
