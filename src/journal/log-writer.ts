import type { AppendFile, Disk } from '../model/disk.ts';
import { Fault } from '../model/fault.ts';
import { encodeBatch, frameHead } from './frame.ts';
import { isFull } from './full-disk.ts';
import { closed, failedFor } from './refusals.ts';
import type { Reserve } from './reserve.ts';
import type { Segment } from './segment.ts';
import { newSegment } from './segment.ts';

/** Where an entry stands once it is durable. */
export interface Written {
  readonly sequence: number;
  readonly segment: Segment;
  /** Where its frame begins in the segment, and how long it is. */
  readonly at: number;
  readonly length: number;
  /** Where its payload begins in the segment. */
  readonly payloadAt: number;
}

/** `commit` waits for room when the disk is full, `settlement` may use the reserve, `carry` goes before everything else in its batch. */
export type WriteKind = 'commit' | 'settlement' | 'carry';

interface Write {
  readonly kind: WriteKind;
  readonly payload: () => Uint8Array | undefined;
  readonly apply: (written: Written) => void;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
}

interface WriterOptions {
  readonly disk: Disk;
  /** Live segments, ascending; the last one is open as `file`. New ones are added. */
  readonly live: Segment[];
  readonly file: AppendFile;
  readonly next: number;
  readonly segmentBytes: number;
  readonly reserve: Reserve;
  /** The payload that every segment begins with, as of now. */
  readonly roster: () => Uint8Array;
}

/** The one place that appends to the log. Everything that is asked for while a batch is on its way shares the next write and its sync. */
export class LogWriter {
  readonly #options: WriterOptions;
  #file: AppendFile;
  #next: number;
  #queue: Write[] = [];
  #running: Promise<void> | undefined;
  #refusal: Fault | undefined;
  /** Bytes of the last batch that found no room. */
  #refused = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#next = options.next;
  }

  /** Why nothing can be written any more, or undefined. */
  get refusal(): Fault | undefined {
    return this.#refusal;
  }

  /**
   * Writes an entry, makes it durable, applies it and resolves, in this order. The payload is asked for when the batch is made up, when all
   * former batches are applied; undefined means that it is not needed any more. Rejects with a Fault: `disk-full` (nothing happened),
   * `disk-failed` (fatal) or `stopped`.
   */
  write(kind: WriteKind, payload: () => Uint8Array | undefined, apply: (written: Written) => void): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise<void>((resolve, reject) => {
      this.#queue.push({ kind, payload, apply, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Refuses everything from now on: what the disk says after a failure is not to be trusted. */
  fail(cause: unknown): void {
    if (this.#refusal?.code !== 'disk-failed') this.#refusal = failedFor(cause);
    const waiting = this.#queue.splice(0);
    for (const write of waiting) write.reject(this.#refusal);
  }

  /** Refuses what comes, finishes what was asked for, and closes the file. */
  async stop(): Promise<void> {
    this.#refusal ??= closed();
    await this.#running;
    await this.#file.close().catch(() => undefined);
  }

  async #run(): Promise<void> {
    // Whoever asks in the same turn is in the same batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        await this.#store(batch);
      } catch (error) {
        this.fail(error);
        for (const write of batch) write.reject(this.#refusal);
      }
    }
    this.#running = undefined;
  }

  /** Rejects for a failure that is final; a full disk is answered to those it concerns. */
  async #store(batch: readonly Write[]): Promise<void> {
    const { reserve } = this.#options;
    let writes = batch;
    if (reserve.released && batch.some((write) => write.kind !== 'settlement') && !(await reserve.regain())) {
      writes = this.#onlySettlements(batch, reserve.fault());
    }
    const full = await this.#append(writes);
    if (full === undefined) return;
    const settlements = this.#onlySettlements(writes, full);
    const spent = reserve.released;
    await reserve.release(this.#refused);
    const still = spent ? full : await this.#append(settlements);
    if (still !== undefined) for (const write of settlements) write.reject(still);
  }

  #onlySettlements(writes: readonly Write[], refusal: Fault): readonly Write[] {
    for (const write of writes) if (write.kind !== 'settlement') write.reject(refusal);
    return writes.filter((write) => write.kind === 'settlement');
  }

  /** Appends, syncs, applies and resolves; the Fault where there was no room, and then the file is as it was. */
  async #append(batch: readonly Write[]): Promise<Fault | undefined> {
    if (batch.length === 0) return undefined;
    const { live, roster, reserve, segmentBytes } = this.#options;
    // A new file takes room of its own, so a full disk goes on with the old one.
    const last = live.at(-1);
    if (last !== undefined && last.bytes - last.rosterBytes >= segmentBytes && !reserve.released) {
      const full = await this.#rotate();
      if (full !== undefined) return full;
    }
    const segment = live.at(-1);
    if (segment === undefined) throw new Fault('internal', 'The journal has no segment to write to');

    // Copies tell how things stand after the former batch; in front of this one they stay true.
    const carries = batch.filter((write) => write.kind === 'carry');
    const ordered = carries.length === 0 ? batch : [...carries, ...batch.filter((write) => write.kind !== 'carry')];
    const payloads: Uint8Array[] = segment.bytes === 0 ? [roster()] : [];
    const placed: { readonly write: Write; readonly position: number }[] = [];
    for (const write of ordered) {
      const payload = write.payload();
      if (payload === undefined) continue;
      placed.push({ write, position: payloads.length });
      payloads.push(payload);
    }
    if (placed.length > 0) {
      const { bytes, payloadsAt } = encodeBatch(this.#next, payloads);
      const full = await this.#put(segment, bytes);
      if (full !== undefined) return full;
      const start = segment.bytes;
      const first = this.#next;
      if (segment.bytes === 0) segment.rosterBytes = frameHead + (payloads[0]?.length ?? 0);
      segment.bytes += bytes.length;
      this.#next += payloads.length;
      for (const { write, position } of placed) {
        const payloadAt = start + (payloadsAt[position] ?? 0);
        const length = frameHead + (payloads[position]?.length ?? 0);
        write.apply({ sequence: first + position, segment, at: payloadAt - frameHead, length, payloadAt });
      }
    }
    for (const write of ordered) write.resolve();
    return undefined;
  }

  async #put(segment: Segment, bytes: Uint8Array): Promise<Fault | undefined> {
    try {
      await this.#file.append(bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#refused = bytes.length;
      // Synced, so that no later power cut leaves the half-written batch in the middle of the log.
      await this.#file.truncate(segment.bytes);
      await this.#file.sync();
      return error;
    }
    await this.#file.sync();
    return undefined;
  }

  async #rotate(): Promise<Fault | undefined> {
    const segment = newSegment(this.#next);
    let file: AppendFile;
    try {
      file = await this.#options.disk.append(segment.path);
    } catch (error) {
      if (!isFull(error)) throw error;
      return error;
    }
    // From here on the old one is never written again, so that the new one may stand on the disk while it is empty.
    const former = this.#file;
    this.#file = file;
    this.#options.live.push(segment);
    await former.close();
    return undefined;
  }
}
