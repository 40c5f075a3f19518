import { EXIT, mayColour, styles, type Exit, type World } from './world.ts';

/** Says why nothing was done, and gives the exit code. */
export function refused({ says, hint }: { readonly says: string; readonly hint?: string }, world: World): Exit {
  const style = styles(mayColour(world, world.errIsTty));
  world.err(`${style('red', 'elementd:')} ${says}${hint === undefined ? '' : ` (${hint})`}\n`);
  return EXIT.fault;
}
