import { styleText } from 'node:util';

/** What a command sees of the process it runs in; tests hand in another one. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Data: one piece of text with its line ends. */
  readonly out: (text: string) => void;
  /** Resolves when more data can be taken without piling up; absent where it never does. */
  readonly drained?: () => Promise<void>;
  /** Everything else. */
  readonly err: (text: string) => void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Aborted by the first SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
  /** Calls back at each SIGHUP; gives the way to stop that. */
  readonly onHangUp: (call: () => void) => () => void;
}

/** How a command ended; the contract's exit codes. */
export const EXIT = { done: 0, fault: 1, failed: 3, usage: 64, config: 78 } as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Whether text for a stream may be coloured: NO_COLOR and FORCE_COLOR first, then whether it is a terminal. */
export function mayColour(world: World, tty: boolean): boolean {
  if (world.env['NO_COLOR'] !== undefined && world.env['NO_COLOR'] !== '') return false;
  const forced = world.env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '' && forced !== '0') return true;
  return tty && world.env['TERM'] !== 'dumb';
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** A way to colour text for standard output, or to leave it as it is. */
export function styles(on: boolean): (style: Style, text: string) => string {
  return on ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
