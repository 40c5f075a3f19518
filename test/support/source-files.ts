import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: the one that holds `src`, seen from a test that runs from sources or from `dist`. */
export function projectRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.includes(`${join('dist', 'test')}`) ? join(here, '..', '..', '..') : join(here, '..', '..');
}

/** A source file with its path from the project's folder and the modules it imports. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** All TypeScript files below a folder of the project, sorted by path. */
export function sourceFiles(folder: string): readonly SourceText[] {
  const root = projectRoot();
  const files: SourceText[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith('.ts')) files.push(read(relative(root, path), path));
    }
  };
  walk(join(root, folder));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function read(path: string, file: string): SourceText {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  return { path, text, imports };
}
