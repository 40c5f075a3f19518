import type { HttpAnswer } from '../../src/model/ports.ts';

/** 2026-01-02T03:04:05Z, when the answers here end. */
export const ENDED = Date.UTC(2026, 0, 2, 3, 4, 5);

/** An answer that took 200 ms to its head and 300 ms in all. */
export function answer(status: number, text = '', headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, text, sentAt: ENDED - 300, took: 200, endedAt: ENDED };
}
