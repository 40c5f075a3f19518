/** What went wrong with us or the machine. */
export type FaultCode =
  | 'disk-full'
  | 'disk-failed'
  | 'journal-damaged'
  | 'checkpoint-missing'
  | 'state-newer'
  | 'state-locked'
  | 'state-unwritable'
  | 'stale-generation'
  | 'secret-missing'
  | 'port-taken'
  | 'stopped'
  | 'internal';

/**
 * The one exception class. Carries a code for programs, a sentence and a cure for people, never a request and never a secret.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  /** The operator's next step. */
  readonly hint: string | undefined;

  constructor(code: FaultCode, says: string, options: { hint?: string; cause?: unknown } = {}) {
    super(says, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.hint = options.hint;
  }
}
