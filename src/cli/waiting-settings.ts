import type { Settings } from '../model/catalog.ts';
import type { Problem } from '../model/problem.ts';

/** What config.yaml says that is read only at the start; the folders of elements and instances are followed. */
const sections = ['state', 'polling', 'delivery', 'network', 'log'] as const;

/** A warning that names the keys of config.yaml that have changed since the start, if any: they wait for a restart. */
export function waitingSettings(file: string, running: Settings, written: Settings): readonly Problem[] {
  const keys = sections.flatMap((section) => changed(section, running[section], written[section]));
  if (keys.length === 0) return [];
  const says = `${keys.join(', ')} changed since elementd was started, and ${keys.length === 1 ? 'waits' : 'wait'} for a restart`;
  const hint = 'restart elementd to apply it';
  return [{ file, line: 1, column: 1, where: '(file)', says, hint, severity: 'warning' }];
}

function changed(key: string, before: unknown, after: unknown): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isMap(before) || !isMap(after)) return [KEYS[key] ?? key];
  return Object.keys(before).flatMap((name) => changed(`${key}.${name}`, before[name], after[name]));
}

/** Settings that stand elsewhere in config.yaml. */
const KEYS: Readonly<Record<string, string>> = { 'delivery.retryFor': 'delivery.retry.for' };

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
