import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planted } from './mutate.ts';
import { mutations } from './mutations.ts';

for (const mutation of mutations) {
  test(`there is a place for the fault that ${mutation.name}`, async () => {
    const text = await planted(mutation);

    assert.ok(text.includes(mutation.replace));
  });
}
