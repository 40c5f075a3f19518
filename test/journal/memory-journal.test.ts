import { openMemoryJournal } from '../../src/journal/memory-journal.ts';
import { journalConformance } from './conformance.ts';

journalConformance('the journal in memory', (ports) => {
  const journal = openMemoryJournal(ports);
  return async () => journal;
});
