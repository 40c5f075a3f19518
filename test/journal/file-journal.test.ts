import { openFileJournal } from '../../src/journal/file-journal.ts';
import { simulatedDisk } from '../support/simulated-disk.ts';
import { journalConformance } from './conformance.ts';

journalConformance('the journal in files', (ports) => {
  const disk = simulatedDisk();
  return () => openFileJournal(disk, ports);
});

journalConformance('the journal in many small segments', (ports) => {
  const disk = simulatedDisk();
  return () => openFileJournal(disk, { ...ports, segmentBytes: 300, liveBytes: 900, reserveBytes: 10 });
});
