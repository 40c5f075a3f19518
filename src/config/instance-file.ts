import { didYouMean } from '../language/nearest.ts';
import { literalSecret } from '../language/secret.ts';
import type { CatalogInstance, Reporter, SourceFile, TreePath } from '../model/catalog.ts';
import type { PolledResource } from '../model/files.ts';
import type { Problem } from '../model/problem.ts';
import type { Text } from '../model/secret.ts';
import { withoutBlanks } from './blanks.ts';
import type { Defaults } from './config-file.ts';
import { unknownKeys } from './configuration-keys.ts';
import type { ElementEntry } from './element-file.ts';
import {
  askedKeys,
  furtherProblems,
  literalText,
  noReferences,
  placeholderProblems,
  referenceProblems,
} from './file-checks.ts';
import { isPlaceholder } from './placeholders.ts';
import { checkSchema } from './schema-check.ts';
import { isSecretKey, textOf } from './secret-keys.ts';
import { openSource } from './source.ts';
import { eachNode, nodeAt, prune } from './source-tree.ts';
import type { SourceNode } from './source-tree.ts';

const polledKey = 'event.poller.configuration';
const polledPath: TreePath = ['configuration', polledKey];
const signatureKey = 'event.notification.signature.key';
/** Keys whose texts may be lists. */
const listKeys = new Set(['event.objects', 'event.poller.urls']);
const flatMaps: readonly TreePath[] = [['configuration'], ['providerData']];

/** What the other files say that an instance is read against. */
export interface Surroundings {
  /** Elements without errors. */
  readonly elements: ReadonlyMap<string, ElementEntry>;
  /** Keys of all elements, those with errors and the built-in one too. */
  readonly elementKeys: readonly string[];
  readonly defaults: Defaults | undefined;
}

/** What reading an instance file comes to. */
export interface InstanceRead {
  /** Absent where the file has an error. */
  readonly instance?: CatalogInstance;
  /** Where the file has errors: the rest of it, to see what else is wrong. */
  readonly draft?: CatalogInstance;
  /** What the file names, where it can be read. */
  readonly elementKey?: string;
  readonly problems: readonly Problem[];
}

/** Reads an instance file. */
export function readInstance(
  file: SourceFile,
  id: string,
  { elements, elementKeys, defaults }: Surroundings,
): InstanceRead {
  const { source, problems: unread } = openSource(file, polledPath);
  if (source === undefined) return { problems: unread };

  const { report } = source;
  const { tree, problems: blanks } = withoutBlanks(source.root, report);
  const problems = [...unread, ...furtherProblems(unread, [...blanks, ...checkSchema('instance', tree, report)])];
  problems.push(...placeholderProblems(tree, report));
  for (const path of [['element'], ['name'], ['tags']])
    problems.push(...noReferences(nodeAt(tree, path), path, report));
  for (const path of flatMaps) problems.push(...referenceProblems(nodeAt(tree, path), path, report));

  const elementKey = nodeAt(tree, ['element', 'key'])?.value;
  const named =
    typeof elementKey === 'string' && elementKey !== '' && !isPlaceholder(elementKey) ? elementKey : undefined;
  if (named !== undefined && !elementKeys.includes(named)) problems.push(unknownElement(named, elementKeys, report));
  const entry = elements.get(named ?? '');
  const configuration = nodeAt(tree, ['configuration']);
  if (named === 'http' || entry !== undefined) {
    const further = [...(entry?.keys ?? []), ...askedKeys(tree)];
    problems.push(...unknownKeys(configuration, ['configuration'], further, report));
  }
  if (named === undefined) return { problems };

  const errors = new Set(problems.filter(({ severity }) => severity === 'error').map(({ where }) => where));
  const sound = errors.size === 0 ? tree : prune(tree, wrongIn(tree, errors));
  const kept = nodeAt(sound, ['configuration']);
  const merged = new Map([...(defaults?.node.members ?? []), ...(kept?.members ?? [])]);
  const polled = merged.get(polledKey);
  const values = new Map(configurationOf(merged, entry?.secretKeys ?? new Set()));
  // A value that is wrong is there all the same: nobody should be told that it is missing.
  for (const [key] of configuration?.members ?? []) {
    if (kept?.members?.has(key) !== true) values.set(String(key), [literalSecret(`[${key}]`, '')]);
  }
  const instance: CatalogInstance = {
    id,
    path: file.path,
    elementKey: named,
    name: optionalText(nodeAt(sound, ['name'])),
    tags: [...(nodeAt(sound, ['tags'])?.members?.values() ?? [])].map((tag) => literalText(String(tag.value))),
    numericId: nodeAt(sound, ['id'])?.value as number | undefined,
    configuration: values,
    providerData: providerDataOf(nodeAt(sound, ['providerData'])),
    signatureKeys: signatureKeysOf(merged.get(signatureKey)),
    polled: polled === undefined ? undefined : polledOf(polled),
    report: defaults === undefined ? report : mergedReport(report, configuration, defaults),
    polledPath,
  };
  return errors.size === 0
    ? { instance, elementKey: named, problems }
    : { draft: instance, elementKey: named, problems };
}

/** The places that are wrong; what lacks a key that it needs is wrong as a whole. */
function wrongIn(tree: SourceNode, errors: ReadonlySet<string>): (path: TreePath) => boolean {
  const present = new Set<string>();
  eachNode(tree, (path) => present.add(path.join('.')));
  const wrong = new Set(
    [...errors].map((where) => (present.has(where) ? where : where.slice(0, where.lastIndexOf('.')))),
  );
  return (path) => wrong.has(path.join('.'));
}

function unknownElement(key: string, known: readonly string[], report: Reporter): Problem {
  const meant = didYouMean(key, known);
  const listed = [...known].sort().slice(0, 40).join(', ');
  const rest = known.length > 40 ? ` and ${known.length - 40} more` : '';
  const hint = `${meant === undefined ? '' : `${meant} `}known elements: ${listed}${rest}; http is for any JSON API, without an element file`;
  return report.problem(['element', 'key'], `names the element ${JSON.stringify(key)}, which does not exist`, { hint });
}

function optionalText(node: SourceNode | undefined): string | undefined {
  return node === undefined ? undefined : literalText(String(node.value));
}

function configurationOf(
  members: ReadonlyMap<string | number, SourceNode>,
  secretKeys: ReadonlySet<string>,
): ReadonlyMap<string, Text | number | boolean> {
  const result = new Map<string, Text | number | boolean>();
  for (const [name, node] of members) {
    const key = String(name);
    const label = isSecretKey(key) || secretKeys.has(key) ? `[${key}]` : undefined;
    const text = listKeys.has(key) && Array.isArray(node.value) ? linesOf(node) : textOf(node, label);
    if (text !== undefined && key !== polledKey) result.set(key, text);
  }
  return result;
}

function signatureKeysOf(node: SourceNode | undefined): readonly Text[] {
  const keys = Array.isArray(node?.value) ? [...(node.members?.values() ?? [])] : node === undefined ? [] : [node];
  const texts = keys.map((key) => textOf(key, `[${signatureKey}]`));
  return texts.filter((text) => typeof text === 'object');
}

/** A list of names or lines, as a text of lines. */
function linesOf(node: SourceNode): Text {
  return [...(node.members?.values() ?? [])].map(({ value }) => String(value)).join('\n');
}

function providerDataOf(node: SourceNode | undefined): ReadonlyMap<string, Text> {
  const result = new Map<string, Text>();
  for (const [key, member] of node?.members ?? []) {
    if (typeof member.value === 'string' && isPlaceholder(member.value)) continue;
    const text = textOf(member, `[providerData.${key}]`);
    if (typeof text === 'string' || typeof text === 'object') result.set(String(key), text);
  }
  return result;
}

function polledOf(node: SourceNode): ReadonlyMap<string, PolledResource> {
  return new Map([...(node.members ?? [])].map(([key, member]) => [String(key), member.value as PolledResource]));
}

/** What the instance leaves to the defaults is reported where the defaults stand. */
function mergedReport(own: Reporter, configuration: SourceNode | undefined, defaults: Defaults): Reporter {
  return {
    problem: (path, says, options) => {
      const [first, key, ...rest] = path;
      const inherited =
        first === 'configuration' &&
        key !== undefined &&
        configuration?.members?.has(key) !== true &&
        defaults.node.members?.has(key) === true;
      return inherited
        ? defaults.report.problem(['defaults', key, ...rest], says, options)
        : own.problem(path, says, options);
    },
  };
}
