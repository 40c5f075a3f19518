import type { Problem } from '../model/problem.ts';

/** A problem on one line: `FILE:LINE:COL: WHERE: what is wrong (hint)`; a warning says so before what is wrong. */
export function printProblem(problem: Problem): string {
  return lineOf(problem, problem.severity === 'warning' ? 'warning: ' : '');
}

/** The same line without the word for a warning, for where its severity stands beside it. */
export function printProblemBare(problem: Problem): string {
  return lineOf(problem, '');
}

function lineOf({ file, line, column, where, says, hint }: Problem, severity: string): string {
  const cure = hint === undefined ? '' : ` (${hint})`;
  return oneLine(`${file}:${line}:${column}: ${where}: ${severity}${says}${cure}`);
}

/** A problem as a GitHub workflow command, which annotates the line in a pull request. */
export function githubProblem(problem: Problem): string {
  const { file, line, column, where, says, hint, severity } = problem;
  const properties = { file, line: String(line), col: String(column), title: where };
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${severity} ${listed.join(',')}::${escapeData(`${where}: ${says}${hint === undefined ? '' : ` (${hint})`}`)}`;
}

/** The order in which problems are shown: by file, line and column, else as they were found. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

/** Control characters would let a file's text pretend to be other lines, or move a terminal's cursor. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
