import type { Applied, Daemon } from './compose.ts';
import { counted } from './count-words.ts';

/** Says what the files came to; without news in a whisper. */
export function tellApplied(daemon: Pick<Daemon, 'tell' | 'clock' | 'engine'>, applied: Applied, news = true): void {
  const { diff, problems } = applied;
  const at = daemon.clock.now();
  for (const problem of news ? problems : []) {
    const { file, line, column, where, says, hint, severity } = problem;
    daemon.tell({
      name: 'config:problem',
      level: severity === 'error' ? 'error' : 'warn',
      at,
      says: `${file}:${line}:${column}: ${where}: ${says}${hint === undefined ? '' : ` (${hint})`}`,
    });
  }
  const counts = { added: diff.added.length, changed: diff.changed.length, removed: diff.removed.length };
  const running = new Set([...daemon.engine.plan.feeds.values()].map((feed) => feed.instance));
  const says = appliedText(applied, running);
  daemon.tell({
    name: 'plan:applied',
    level: news ? 'info' : 'debug',
    at,
    says,
    facts: { ...counts, feeds: daemon.engine.plan.feeds.size },
  });
}

/** One sentence: what the files came to. `running` are the instances of the running plan. */
export function appliedText({ diff, broken, lost }: Applied, running: ReadonlySet<string>): string {
  if (lost !== false) return `${lost}: everything runs on as it was`;
  const kept = [...broken].filter((instance) => running.has(instance)).length;
  const idle = broken.size - kept;
  return [
    `configuration applied: ${counted(diff.added.length, 'feed')} added, ${diff.changed.length} changed, ${diff.removed.length} removed`,
    ...(kept === 0 ? [] : [`${counted(kept, 'instance')} with errors, kept as last good`]),
    ...(idle === 0 ? [] : [`${counted(idle, 'instance')} with errors ${idle === 1 ? 'does' : 'do'} not run`]),
  ].join('; ');
}
