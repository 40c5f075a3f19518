import { InvalidArgumentError, type Command } from 'commander';
import type { ControlOptions } from './with-control.ts';
import { stateExport, stateImport } from './state-transfer.ts';
import { stateForget, stateMove, stateSet } from './state-change.ts';
import { stateList, stateShow } from './state-look.ts';
import type { Exit, World } from './world.ts';

/** What every command of a group is given by the program. */
export interface Group {
  readonly common: (command: Command, what: string) => ControlOptions & { readonly json: boolean };
  readonly end: (exit: Exit) => void;
  readonly world: World;
}

/** Describes `elementd state …`: what is remembered, and changes to it. */
export function describeState(program: Command, { common, end, world }: Group): void {
  const state = program.command('state').description('look at what is remembered, and change it');
  state
    .command('list')
    .description('every feed that something is remembered of')
    .action(async (_options: unknown, command: Command) =>
      end(await stateList(common(command, 'elementd state list'), world)),
    );
  state
    .command('show')
    .description('everything remembered of one feed')
    .argument('<feed>', 'INSTANCE/RESOURCE')
    .action(async (feed: string, _options: unknown, command: Command) =>
      end(await stateShow({ ...common(command, 'elementd state show'), feed }, world)),
    );
  state
    .command('set')
    .description('move the watermark of a feed; what was told is not told again')
    .argument('<feed>', 'INSTANCE/RESOURCE')
    .requiredOption('--watermark <iso>', 'where the next poll reads from', instant)
    .option('--skip', 'forwards, and give up what was not read yet')
    .action(async (feed: string, options: { watermark: number; skip?: boolean }, command: Command) => {
      const { watermark, skip } = options;
      end(await stateSet({ ...common(command, 'elementd state set'), feed, watermark, skip: skip === true }, world));
    });
  state
    .command('forget')
    .description('drop what is remembered of a feed; what waits to be delivered stays')
    .argument('<feed>', 'INSTANCE/RESOURCE')
    .action(async (feed: string, _options: unknown, command: Command) =>
      end(await stateForget({ ...common(command, 'elementd state forget'), feed }, world)),
    );
  state
    .command('move')
    .description('let a feed, or all feeds of an instance, go on under another name')
    .argument('<old>', 'INSTANCE/RESOURCE, or INSTANCE')
    .argument('<new>', 'INSTANCE/RESOURCE, or INSTANCE')
    .option('--replace', 'drop what is remembered under the new name, though it told something')
    .action(async (from: string, to: string, options: { replace?: boolean }, command: Command) => {
      const replace = options.replace === true;
      end(await stateMove({ ...common(command, 'elementd state move'), from, to, replace }, world));
    });
  state
    .command('export')
    .description('write everything remembered to a file, to go on on another machine')
    .argument('[file]', 'absent or -: standard output')
    .option('--with-tokens', 'the tokens of OAuth accounts, too')
    .action(async (file: string | undefined, options: { withTokens?: boolean }, command: Command) => {
      const withTokens = options.withTokens === true;
      end(await stateExport({ ...common(command, 'elementd state export'), file, withTokens }, world));
    });
  state
    .command('import')
    .description('remember what another state directory exported: all of it, or nothing')
    .argument('<file>', '-: standard input')
    .option('--replace', 'also of feeds that are remembered here')
    .action(async (file: string, options: { replace?: boolean }, command: Command) => {
      const replace = options.replace === true;
      end(await stateImport({ ...common(command, 'elementd state import'), file, replace }, world));
    });
}

function instant(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('It is no instant such as 2026-01-02T03:04:05Z.');
  return at;
}
