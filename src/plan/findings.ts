import type { CatalogInstance, Reporter, TreePath } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';

/** Collects what is wrong with the meaning of one instance. */
export interface Findings {
  readonly problems: Problem[];
  /** An error at a path below `configuration` of the instance's file. */
  error(path: TreePath, says: string, hint?: string): void;
  warn(path: TreePath, says: string, hint?: string): void;
  /** Whether an error was found since the collection was opened. */
  failed(): boolean;
}

/** Opens a collection whose paths count from `base`. */
export function openFindings(report: Reporter, base: TreePath): Findings {
  const problems: Problem[] = [];
  const add = (path: TreePath, says: string, hint: string | undefined, severity: 'error' | 'warning'): void => {
    problems.push(report.problem([...base, ...path], says, hint === undefined ? { severity } : { hint, severity }));
  };
  return {
    problems,
    error: (path, says, hint) => add(path, says, hint, 'error'),
    warn: (path, says, hint) => add(path, says, hint, 'warning'),
    failed: () => problems.some((problem) => problem.severity === 'error'),
  };
}

/** Opens a collection for an instance's `configuration`. */
export function configurationFindings(instance: CatalogInstance): Findings {
  return openFindings(instance.report, ['configuration']);
}

/** What a warning says where a slip of the pen was read over. */
export function readAs(right: string): string {
  return `is read as if it were written right: ${right}`;
}
