import type { ElementFile, PolledResource } from './files.ts';
import type { Duration } from './instant.ts';
import type { Problem } from './problem.ts';
import type { Text } from './secret.ts';

/** A path into a file's tree: keys and list positions. */
export type TreePath = readonly (string | number)[];

/** A file as it was read. */
export interface SourceFile {
  /** Path as it should be printed: relative to the working folder where it lies below it. */
  readonly path: string;
  /** The raw bytes; decoding them is part of reading. */
  readonly bytes: Uint8Array;
}

/** All files that say what should be true. */
export interface FileSet {
  /** Absent where the command runs without one: then the defaults hold. */
  readonly config?: SourceFile;
  /** In search order: the first file of a key wins, those shipped with the package come last. */
  readonly elements: readonly SourceFile[];
  readonly instances: readonly SourceFile[];
}

/** Makes located problems of one file. */
export interface Reporter {
  /**
   * The place of a value (or, with `key`, of the key that names it), the nearest existing parent where the path leads nowhere.
   * Inside a JSON-string configuration the place inside the string.
   */
  problem(
    path: TreePath,
    says: string,
    options?: { readonly hint?: string; readonly severity?: 'error' | 'warning'; readonly key?: boolean },
  ): Problem;
}

/** Settings of config.yaml with its defaults, in base units. Paths are absolute. */
export interface Settings {
  readonly elements: readonly string[];
  readonly instances: string;
  readonly state: string;
  readonly polling: {
    readonly concurrency: number;
    readonly timeout: Duration;
    readonly maxResponseBytes: number;
    readonly maxPages: number;
  };
  readonly delivery: {
    readonly concurrency: number;
    readonly perCallback: number;
    readonly timeout: Duration;
    readonly retryFor: Duration;
    readonly outbox: { readonly events: number; readonly bytes: number };
    readonly retention: Duration;
  };
  /** Names of address ranges (`link-local`, `loopback`, `private`, `multicast`) or CIDR blocks. */
  readonly network: { readonly deny: readonly string[] };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}

/** An element file that is valid by its schema. */
export interface CatalogElement {
  readonly file: ElementFile;
  readonly path: string;
  readonly report: Reporter;
}

/** An instance file that is valid by its schema, references split but not resolved, defaults merged under it. */
export interface CatalogInstance {
  readonly id: string;
  readonly path: string;
  readonly elementKey: string;
  readonly name: string | undefined;
  readonly tags: readonly string[];
  /** The numeric id that the file gives. */
  readonly numericId: number | undefined;
  /** `configuration` without `event.poller.configuration`: flat dotted keys; numbers and booleans as they were written. */
  readonly configuration: ReadonlyMap<string, Text | number | boolean>;
  readonly providerData: ReadonlyMap<string, Text>;
  /** `event.notification.signature.key`, which may be a list, in order; empty where POSTs are not signed. */
  readonly signatureKeys: readonly Text[];
  /** The entries of `event.poller.configuration`; undefined where the file leaves it out. Strings in them are raw: templates split them. */
  readonly polled: ReadonlyMap<string, PolledResource> | undefined;
  readonly report: Reporter;
  /** Tree path of `event.poller.configuration` in the file, for reports. */
  readonly polledPath: TreePath;
}

/** All of it as written and valid. Files with errors are left out; what is wrong with them is in `problems`. */
export interface Catalog {
  readonly settings: Settings;
  readonly elements: ReadonlyMap<string, CatalogElement>;
  readonly instances: ReadonlyMap<string, CatalogInstance>;
  /** What is left of instances with errors, without the values that are wrong: only to find what else is wrong with them. */
  readonly drafts: readonly CatalogInstance[];
  readonly problems: readonly Problem[];
  /** Instance ids whose own file, or whose element's file, has an error, with the files: they keep their last good version. */
  readonly broken: ReadonlySet<string>;
}
