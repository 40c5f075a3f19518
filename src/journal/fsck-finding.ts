/** Something that is not as it should be. */
export interface Finding {
  /** The file, from the state directory on. */
  readonly file: string;
  /** Where in it, such as `byte 1234` or `line 7`. */
  readonly place?: string;
  /** What is wrong. */
  readonly says: string;
  /** What that means for which feeds and events. */
  readonly means: string;
  /** What a repair does about it; of one that waits for the operator, what that can do. */
  readonly repair: string;
  readonly feed?: string;
  /** `note`: it does no harm, as after a crash. `stays`: no repair helps, the operator decides. */
  readonly weight: 'damage' | 'note' | 'stays';
}

/** One step of a repair. Each may be cut off and done again; their order matters. */
export type Act =
  | { readonly does: 'write'; readonly path: string; readonly bytes: () => Promise<Uint8Array> }
  | { readonly does: 'remove'; readonly path: string };

/** What was found, and what repairs it. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly acts: readonly Act[];
}
