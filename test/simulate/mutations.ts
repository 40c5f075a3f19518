/** A fault that is planted in one file of the program. */
export interface Mutation {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  /** Stands in that file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** Faults of the kinds that programs like this one have had. Each of them loses, repeats or invents something. */
export const mutations: readonly Mutation[] = [
  {
    name: 'the watermark moves before the last page is read',
    file: 'engine/cycle.ts',
    find: "return flush(work, work.head, 'slices', signal);",
    replace:
      "work.head = { ...work.head, watermark: Math.max(work.head.watermark, time.start) };\n    return flush(work, work.head, 'all', signal);",
  },
  {
    name: 'the state is stored before the events',
    file: 'engine/slices.ts',
    find: `    ...(work.reborn ? { reborn: true } : {}),
    deliveries,
  });
  work.generation++;`,
    replace: `    ...(work.reborn ? { reborn: true } : {}),
    deliveries: [],
  });
  work.generation++;
  if (deliveries.length > 0) {
    await ports.journal.commit({ feed: feed.id, generation: work.generation, head, told: [], deliveries });
    work.generation++;
  }`,
  },
  {
    name: 'event ids are random',
    file: 'detect/event-id.ts',
    find: 'return `evt_${hashId(',
    replace: 'return `evt_${Math.random()}${hashId(',
  },
  {
    name: 'event ids forget how often a record was told',
    file: 'detect/event-id.ts',
    find: 'birth, recordId, n, kind,',
    replace: 'birth, recordId, kind,',
  },
  {
    name: 'the filter asks for > where it must ask for >=',
    file: 'plan/parts.ts',
    find: 'pattern.floor(pattern.floor(ink.position.watermark - ink.pollDelay) - 1)',
    replace: 'pattern.floor(ink.position.watermark - ink.pollDelay)',
  },
  {
    name: 'the watermark is not floored to what a date can say',
    file: 'detect/watermark.ts',
    find: '    bound = askable;',
    replace: '',
  },
  {
    name: 'pollDelay is left out',
    file: 'plan/parts.ts',
    find: 'ink.position.watermark - ink.pollDelay',
    replace: 'ink.position.watermark',
  },
  {
    name: 'the watermark moves on while pages shift',
    file: 'detect/watermark.ts',
    find: 'bound = Math.min(bound, former);',
    replace: '',
  },
  {
    name: "the provider's Date is trusted blindly",
    file: 'poll/verdict.ts',
    find: 'theirs === undefined ? first.sentAt : Math.min(first.sentAt, theirs - first.took)',
    replace: 'theirs === undefined ? first.sentAt : theirs - first.took',
  },
  {
    name: 'without Date our own clock is taken',
    file: 'detect/watermark.ts',
    find: 'const start = time.dated\n',
    replace: 'const start = time.dated || true\n',
  },
  {
    name: 'an empty answer moves the watermark',
    file: 'detect/watermark.ts',
    find: 'if (facts.silent)\n',
    replace: 'if (facts.silent && false)\n',
  },
  {
    name: 'a second version in one tick is not looked for',
    file: 'detect/compare.ts',
    find: "return toldWhileSettling(known, feed.unit, feed.pollDelay) ? undefined : 'settled';",
    replace: "return 'settled';",
  },
  {
    name: 'a page that failed ends the reading as if it were the last',
    file: 'engine/read-pages.ts',
    find: 'if (!answered.ok) return answered;',
    replace: `if (!answered.ok && (pages === 1 || first === undefined)) return answered;
    if (!answered.ok && first !== undefined)
      return {
        ok: true,
        reading: {
          time: readingTime(first, first),
          pages,
          shifting,
          silent,
          listed,
          unusable,
          unfollowed: false,
          unchanged: false,
          whole: undefined,
        },
      };
    if (!answered.ok) return answered;`,
  },
  {
    name: 'absence is believed after one listing of several pages',
    file: 'engine/judge-absence.ts',
    find: 'if (absent.length > 0 && reading.pages > 1) {',
    replace: 'if (absent.length > 0 && reading.pages > 1_000) {',
  },
  {
    name: 'an empty answer proves that everything is gone',
    file: 'engine/judge-absence.ts',
    find: 'if (!reading.listed || reading.silent) return undefined;',
    replace: '',
  },
  {
    name: 'tombstones are forgotten',
    file: 'detect/detect.ts',
    find: "if (known.gone === 'deleted') {",
    replace: "if (known.gone === 'deleted' && flagged) {",
  },
  {
    name: 'a POST is settled before its answer',
    file: 'deliver/flight.ts',
    find: 'const attempted = await post({ ...parcel, body }, course.route.callback, ground, course.signal);',
    replace: `await settle({ id: parcel.id, outcome: 'delivered', at: ground.clock.now(), status: 200 }, parcel.feed, course.signal, ground);
  const attempted = await post({ ...parcel, body }, course.route.callback, ground, course.signal);`,
  },
  {
    name: 'every answer of a receiver counts as success',
    file: 'deliver/verdict.ts',
    find: 'status >= 200 && status < 300) return',
    replace: 'status >= 200 && status < 600) return',
  },
  {
    name: 'POSTs of one record do not wait for each other',
    file: 'deliver/record-order.ts',
    find: 'if (earlier === undefined || earlier',
    replace: 'if (earlier !== undefined || earlier',
  },
  {
    name: 'folders are not synced',
    file: 'io/disk.ts',
    find: "const handle = await files.open(folder, 'r');\n  try {\n    await handle.sync();",
    replace: "const handle = await files.open(folder, 'r');\n  try {",
  },
  {
    name: 'writes are confirmed before they are synced',
    file: 'io/disk.ts',
    find: 'await handle.datasync();',
    replace: '',
  },
  {
    name: 'a sync that failed is tried again and believed',
    file: 'io/disk.ts',
    find: '        throw lost;\n      }\n    },',
    replace: '        lost = undefined;\n      }\n    },',
  },
  {
    name: 'a file is renamed into place before it is synced',
    file: 'io/disk.ts',
    find: 'await handle.sync();\n    } finally {\n      await handle.close();\n    }\n    await files.rename',
    replace: '} finally {\n      await handle.close();\n    }\n    await files.rename',
  },
  {
    name: 'a torn tail is written behind',
    file: 'journal/recovery.ts',
    find: '    await disk.replace(last.path, bytes);',
    replace: '',
  },
  {
    name: 'segments are retired before their feeds have checkpoints',
    file: 'journal/compaction.ts',
    find: 'if (feed !== undefined) await checkpointThrough(disk, feed, sequence);',
    replace: '',
  },
  {
    name: 'a commit from an old generation is taken',
    file: 'journal/file-journal.ts',
    find: 'if (commit.generation !== generation) throw staleGeneration(feed, commit.generation, generation);',
    replace: '',
  },
];
