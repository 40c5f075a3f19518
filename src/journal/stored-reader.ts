import type { Disk } from '../model/disk.ts';
import type { DeliveryHead } from '../model/journal.ts';
import { readFrame } from './frame.ts';
import { liveEntry } from './live-log.ts';
import { damaged } from './refusals.ts';
import { readSegmentAt } from './segment.ts';
import type { Stored } from './stored.ts';
import { storedIn, storedOf } from './stored.ts';
import type { Lair } from './waiting.ts';

/** Where a frame stands. */
export type FramePlace = Pick<Lair, 'segment' | 'frameAt' | 'frameLength'>;

/** Events of frames that are kept for the next question: what waits is asked for in the order it was committed. */
const kept = 20_000;

/** Reads what deliveries hold from the frames that say them. */
export class StoredReader {
  readonly #disk: Disk;
  /** By frame, the one asked for last at the end. */
  readonly #frames = new Map<string, Promise<readonly Stored[]>>();
  readonly #sizes = new Map<string, number>();
  #events = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** A delivery of a frame. Rejects with a Fault `journal-damaged` where the frame is not what was written. */
  async read(place: FramePlace, head: Pick<DeliveryHead, 'id' | 'order'>): Promise<Stored> {
    const found = storedOf(await this.all(place), head);
    if (found === undefined) throw damaged(place.segment.path, place.frameAt, `it does not hold delivery ${head.id}`);
    return found;
  }

  /** All deliveries of a frame; rejects as `read` does. */
  all(place: FramePlace): Promise<readonly Stored[]> {
    const key = `${place.segment.first} ${place.frameAt}`;
    const frame = this.#frames.get(key) ?? this.#load(key, place);
    this.#frames.delete(key);
    this.#frames.set(key, frame);
    return frame;
  }

  #load(key: string, place: FramePlace): Promise<readonly Stored[]> {
    const frame = readStored(this.#disk, place);
    frame.then(
      (stored) => this.#keep(key, stored),
      () => this.#frames.delete(key),
    );
    return frame;
  }

  #keep(key: string, stored: readonly Stored[]): void {
    const size = stored.reduce((sum, { delivery }) => sum + 1 + delivery.events.length, 0);
    this.#events += size - (this.#sizes.get(key) ?? 0);
    this.#sizes.set(key, size);
    for (const oldest of this.#frames.keys()) {
      if (this.#events <= kept) return;
      const former = this.#sizes.get(oldest);
      if (former === undefined || oldest === key) continue;
      this.#sizes.delete(oldest);
      this.#frames.delete(oldest);
      this.#events -= former;
    }
  }
}

async function readStored(disk: Disk, { segment, frameAt, frameLength }: FramePlace): Promise<readonly Stored[]> {
  const bytes = await readSegmentAt(disk, segment, frameAt, frameLength);
  return storedAt(segment, bytes, 0, frameAt);
}

/** The deliveries of the frame that begins there in bytes of a segment, whose first one is its byte `from`. */
export function storedAt(segment: FramePlace['segment'], bytes: Buffer, at: number, from: number): readonly Stored[] {
  const frame = readFrame(bytes, at);
  if (frame === undefined) throw damaged(segment.path, from + at, 'deliveries have changed on the disk');
  // Only what is said counts; where it stands is known.
  return [...storedIn(liveEntry(segment, { ...frame, payloadAt: from + frame.payloadAt }))];
}
