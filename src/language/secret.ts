import type { Secret } from '../model/secret.ts';

type ReferenceKind = NonNullable<Secret['reference']>['kind'];

/** What util.inspect, and so every console and assertion, asks for. Registered by Node under this name. */
const inspected = Symbol.for('nodejs.util.inspect.custom');

class Labelled implements Secret {
  readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  toString(): string {
    return this.label;
  }

  toJSON(): string {
    return this.label;
  }

  [inspected](): string {
    return this.label;
  }
}

class LiteralSecret extends Labelled {
  readonly #value: string;

  constructor(label: string, value: string) {
    super(label);
    this.#value = value;
  }

  static reveal(secret: object): string | undefined {
    return #value in secret ? secret.#value : undefined;
  }
}

class ReferenceSecret extends Labelled {
  readonly reference: NonNullable<Secret['reference']>;

  constructor(kind: ReferenceKind, name: string) {
    super(`[${kind}:${name}]`);
    this.reference = Object.freeze({ kind, name });
  }
}

/** A value that stands literally in a file. Everything that prints or copies it gets the label; only revealLiteral gets the value. */
export function literalSecret(label: string, value: string): Secret {
  return new LiteralSecret(label, value);
}

/** A value that lies elsewhere and is read only when the daemon runs. Labelled `[env:NAME]`, `[file:PATH]` or `[cred:NAME]`. */
export function referenceSecret(kind: ReferenceKind, name: string): Secret {
  return new ReferenceSecret(kind, name);
}

/** The value of a secret made by literalSecret; undefined for every other, copies included. For vaults and fingerprints only. */
export function revealLiteral(secret: Secret): string | undefined {
  return LiteralSecret.reveal(secret);
}
