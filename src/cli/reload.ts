import { join } from 'node:path';
import { askControl } from '../io/control-socket.ts';
import type { ReloadAnswer } from './control.ts';
import { counted } from './count-words.ts';
import { hasErrors, printProblems, readConfiguration } from './configuration.ts';
import { checkStateFolder } from './state-folder.ts';
import type { ControlOptions } from './with-control.ts';
import { EXIT, type Exit, type World } from './world.ts';

/** `elementd reload`: has the running daemon look at the files now, and says what it made of them. */
export async function reload(options: ControlOptions & { readonly json: boolean }, world: World): Promise<Exit> {
  const { state, lost, problems } = await readConfiguration(options.config, world);
  const answered = await askControl(join(state, 'elementd.sock'), 'reload', []);
  if (answered === undefined) {
    if (lost !== false) {
      printProblems(problems, world);
      return EXIT.config;
    }
    await checkStateFolder(state);
    world.err(`elementd: no daemon runs on ${state} (start it with: elementd run)\n`);
    return EXIT.fault;
  }
  const answer = answered.value as ReloadAnswer;
  if (options.json) world.out(`${JSON.stringify(answer, undefined, 2)}\n`);
  else {
    world.out(
      `reloaded: ${counted(answer.added, 'feed')} added, ${answer.changed} changed, ${answer.removed} removed\n`,
    );
    printProblems(answer.problems, world);
  }
  return hasErrors(answer.problems) ? EXIT.config : EXIT.done;
}
