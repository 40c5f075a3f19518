import { parseArgs } from 'node:util';
import { assault } from './assault.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const kills = Number(values.kills ?? 200);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (![kills, seed].every(Number.isSafeInteger) || kills < 1) {
  process.stderr.write('Usage: npm run kill -- [--kills COUNT] [--seed NUMBER]\n');
  process.exit(64);
}

process.stdout.write(`The daemon is killed ${kills} times; seed ${seed}.\n`);
const came = await assault(kills, seed);
const { look, start, running, reload, stop } = came.kills;
const plain = (count: number): string => count.toLocaleString('en');
process.stdout.write(
  `Killed ${plain(look + start + running + reload + stop)} times in ${came.seconds.toFixed(0)} s: ${look} in the first look, ` +
    `${start} while it started, ${running} while it ran, ${reload} after an edit, ${stop} while it stopped (${came.stops} stops were done before). ` +
    `${plain(came.changes)} changes of ${plain(came.records)} records in 6 feeds; ${plain(came.told)} told, ${plain(came.deletions)} of them deletions, ` +
    `the others overtaken before a poll could see them. ${plain(came.asked)} requests, ${plain(came.failed)} answered wrongly; ` +
    `${plain(came.posts)} POSTs, ${plain(came.refused)} refused, ${plain(came.dropped)} taken without a word, ${plain(came.again)} came again under their id.\n`,
);
for (const flaw of came.flaws.slice(0, 30)) process.stdout.write(`${flaw}\n`);
process.stdout.write(
  came.flaws.length === 0
    ? 'Nothing is lost, nothing is wrong.\n'
    : `${came.flaws.length} lines of what is lost or wrong. Again: npm run kill -- --kills ${kills} --seed ${seed}\n`,
);
process.exitCode = came.flaws.length === 0 ? 0 : 1;
