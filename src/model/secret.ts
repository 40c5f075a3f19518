/**
 * A value that never appears in a log, an error, a dry run, an event or an answer: whatever prints it, prints its label.
 * Either a reference, resolved only when the daemon runs, or a value given literally in a file.
 */
export interface Secret {
  /** `[env:NAME]`, `[file:PATH]`, `[cred:NAME]` or `[oauth.api.key]`. */
  readonly label: string;
  /** Absent where the value was given literally. */
  readonly reference?: { readonly kind: 'env' | 'file' | 'cred'; readonly name: string };
  toString(): string;
  toJSON(): string;
}

/** A text from a file, in which references are kept apart from the words around them. */
export type Text = string | readonly (string | Secret)[];

/**
 * Writes secrets. A real vault gives `escape(value)`; the vault of a dry run gives the label, never escaped.
 * Throws a Fault `secret-missing` for a secret that was not unlocked.
 */
export interface Vault {
  write(secret: Secret, escape: (value: string) => string): string;
}
