import { Fault } from '../model/fault.ts';
import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

/** Says a Fault, or an error of ours, on one line without a stack trace, and gives the exit code. */
export function exitOf(error: unknown, world: World): Exit {
  const style = styles(mayColour(world, world.errIsTty));
  const says =
    error instanceof Fault
      ? error.message
      : `something went wrong inside elementd: ${error instanceof Error ? error.message : 'unknown'}`;
  const hint = error instanceof Fault ? error.hint : 'please report it, with what was done just before';
  world.err(`${style('red', 'elementd:')} ${says}${hint === undefined ? '' : ` (${hint})`}\n`);
  return EXIT.fault;
}
