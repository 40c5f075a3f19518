import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubProblem, printProblem, sortProblems } from '../../src/config/print-problem.ts';
import type { Problem } from '../../src/model/problem.ts';

const problem: Problem = {
  file: 'instances/a.yaml',
  line: 3,
  column: 7,
  where: 'configuration.base.url',
  says: 'must be an http or https URL, but is "x"',
  hint: 'for example https://api.example.com',
  severity: 'error',
};

test('a problem is one line with its place, what is wrong and what to do', () => {
  const line = printProblem(problem);

  assert.equal(
    line,
    'instances/a.yaml:3:7: configuration.base.url: must be an http or https URL, but is "x" (for example https://api.example.com)',
  );
});

test('a problem without a hint has no brackets, and a warning says that it is one', () => {
  const { file, line: at, column, where, says } = problem;

  const line = printProblem({ file, line: at, column, where, says, severity: 'warning' });

  assert.equal(line, 'instances/a.yaml:3:7: configuration.base.url: warning: must be an http or https URL, but is "x"');
});

test('a file cannot write lines or move the cursor of a terminal', () => {
  const line = printProblem({ ...problem, says: 'is "a\nb\u001b[2J"' });

  assert.equal(
    line,
    'instances/a.yaml:3:7: configuration.base.url: is "a b [2J" (for example https://api.example.com)',
  );
});

test('a problem for GitHub is a workflow command in which nothing can end a part early', () => {
  const line = githubProblem({ ...problem, file: 'a,b:c%.yaml', says: 'is 100%\nwrong', where: 'x,y:z' });

  assert.equal(
    line,
    '::error file=a%2Cb%3Ac%25.yaml,line=3,col=7,title=x%2Cy%3Az::x,y:z: is 100%25%0Awrong (for example https://api.example.com)',
  );
});

test('a warning is a warning for GitHub too', () => {
  const line = githubProblem({ ...problem, severity: 'warning' });

  assert.match(line, /^::warning file=/);
});

test('problems are shown by file, line and column', () => {
  const places = [
    ['b', 1, 1],
    ['a', 10, 1],
    ['a', 2, 5],
    ['a', 2, 1],
  ] as const;
  const problems = places.map(([file, line, column]) => ({ ...problem, file, line, column }));

  const sorted = sortProblems(problems);

  assert.deepEqual(
    sorted.map(({ file, line, column }) => [file, line, column]),
    [
      ['a', 2, 1],
      ['a', 2, 5],
      ['a', 10, 1],
      ['b', 1, 1],
    ],
  );
});
