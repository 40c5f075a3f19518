import { resolve } from 'node:path';
import { parseDuration } from '../language/duration.ts';
import { parseSize } from '../language/size.ts';
import type { Reporter, Settings, SourceFile, TreePath } from '../model/catalog.ts';
import type { ConfigFile } from '../model/files.ts';
import type { Problem } from '../model/problem.ts';
import { unknownKeys } from './configuration-keys.ts';
import {
  furtherProblems,
  literalText,
  noReferences,
  placeholderProblems,
  referenceProblems,
  withoutNulls,
} from './file-checks.ts';
import { checkSchema } from './schema-check.ts';
import { openSource } from './source.ts';
import { nodeAt } from './source-tree.ts';
import type { SourceNode } from './source-tree.ts';

/** The `defaults` of config.yaml: what stands under every instance's configuration. */
export interface Defaults {
  readonly node: SourceNode;
  readonly report: Reporter;
}

/** What config.yaml says. `ok` is false where it has an error: then the settings are the built-in ones. */
export interface ConfigRead {
  readonly ok: boolean;
  readonly settings: Settings;
  readonly defaults?: Defaults;
  readonly problems: readonly Problem[];
}

/** Where the polled resources stand that may be written as JSON in a string. */
const embedded: TreePath = ['defaults', 'event.poller.configuration'];
const maps: readonly TreePath[] = [
  [],
  ['defaults'],
  ['polling'],
  ['delivery'],
  ['delivery', 'retry'],
  ['delivery', 'outbox'],
  ['network'],
  ['log'],
];

/** Reads config.yaml, or gives the defaults where there is none. `root` is the folder that relative paths are relative to. */
export function readConfig(file: SourceFile | undefined, root: string, elementKeys: Iterable<string>): ConfigRead {
  const builtIn = settingsOf({}, root);
  if (file === undefined) return { ok: true, settings: builtIn, problems: [] };
  const { source, problems: unread } = openSource(file, embedded);
  if (source === undefined) return { ok: onlyEmpty(unread), settings: builtIn, problems: asWarnings(unread) };

  const { report } = source;
  const tree = withoutNulls(source.root, maps);
  const defaults = nodeAt(tree, ['defaults']);
  const problems = [...unread, ...furtherProblems(unread, checkSchema('config', tree, report))];
  problems.push(...placeholderProblems(tree, report));
  for (const [key, node] of tree.members ?? []) {
    const found = key === 'defaults' ? referenceProblems(node, [key], report) : noReferences(node, [key], report);
    problems.push(...furtherProblems(problems, found));
  }
  problems.push(...unknownKeys(defaults, ['defaults'], elementKeys, report));
  if (hasError(problems)) return { ok: false, settings: builtIn, problems };

  const settings = settingsOf(tree.value as ConfigFile, root);
  problems.push(...tooLarge(settings, report));
  if (hasError(problems)) return { ok: false, settings: builtIn, problems };
  return { ok: true, settings, ...(defaults === undefined ? {} : { defaults: { node: defaults, report } }), problems };
}

/** A config.yaml in which everything is commented out says nothing, and that is allowed. */
function onlyEmpty(problems: readonly Problem[]): boolean {
  return problems.length === 1 && problems[0]?.says === 'is empty';
}

function asWarnings(problems: readonly Problem[]): readonly Problem[] {
  if (!onlyEmpty(problems)) return problems;
  return problems.map((problem) => ({ ...problem, hint: 'the defaults hold', severity: 'warning' }));
}

function settingsOf(file: ConfigFile, root: string): Settings {
  const { polling = {}, delivery = {} } = file;
  const path = (text: string): string => resolve(root, literalText(text));
  const duration = (text: string): number => parseDuration(text) ?? NaN;
  const size = (text: string): number => parseSize(text) ?? NaN;
  return {
    elements: (file.elements ?? ['./elements']).map(path),
    instances: path(file.instances ?? './instances'),
    state: path(file.state ?? './state'),
    polling: {
      concurrency: polling.concurrency ?? 64,
      timeout: duration(polling.timeout ?? '30s'),
      maxResponseBytes: size(polling.maxResponseBytes ?? '50MB'),
      maxPages: polling.maxPages ?? 10_000,
    },
    delivery: {
      concurrency: delivery.concurrency ?? 64,
      perCallback: delivery.perCallback ?? 4,
      timeout: duration(delivery.timeout ?? '15s'),
      retryFor: duration(delivery.retry?.for ?? '72h'),
      outbox: {
        events: delivery.outbox?.events ?? 100_000,
        bytes: size(delivery.outbox?.bytes ?? '1GB'),
      },
      retention: duration(delivery.retention ?? '7d'),
    },
    network: { deny: file.network?.deny ?? ['link-local'] },
    log: { level: file.log?.level ?? 'info' },
  };
}

/** Durations and sizes that are well written, but beyond what a number can hold. */
function tooLarge(settings: Settings, report: Reporter): readonly Problem[] {
  const { polling, delivery } = settings;
  const figures: readonly (readonly [TreePath, number])[] = [
    [['polling', 'timeout'], polling.timeout],
    [['polling', 'maxResponseBytes'], polling.maxResponseBytes],
    [['delivery', 'timeout'], delivery.timeout],
    [['delivery', 'retry', 'for'], delivery.retryFor],
    [['delivery', 'outbox', 'bytes'], delivery.outbox.bytes],
    [['delivery', 'retention'], delivery.retention],
  ];
  return figures.filter(([, figure]) => Number.isNaN(figure)).map(([path]) => report.problem(path, 'is too large'));
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
