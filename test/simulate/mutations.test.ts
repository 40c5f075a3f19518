import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planted } from './mutate.ts';
import { mutations } from './mutations.ts';

test('each fault that the simulation is tried with has its place in the program', async () => {
  for (const mutation of mutations) assert.ok((await planted(mutation)).includes(mutation.replace));
});
