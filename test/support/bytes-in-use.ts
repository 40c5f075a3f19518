import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that this process uses once nothing more can be given back: those of the heap, and those outside it. */
export function bytesInUse(): number {
  // What lies outside is given back after the collection that found it unused.
  for (let round = 0; round < 3; round += 1) collect();
  // Array buffers are external, too.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
