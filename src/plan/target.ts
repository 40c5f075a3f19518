import type { ElementFile, ElementResource } from '../model/files.ts';
import { didYouMean } from '../language/nearest.ts';
import type { Part } from '../language/template.ts';
import { HTTP_ELEMENT } from './element.ts';
import { plainText, type PolledUrl } from './polled-url.ts';

/** What a configured url asks for. */
export type Target =
  /** A resource of the element, by its name or its path. */
  | { readonly kind: 'resource'; readonly name: string; readonly resource: ElementResource }
  /** A path under the base URL. */
  | { readonly kind: 'path'; readonly path: readonly Part[]; readonly near: string | undefined }
  | { readonly kind: 'absolute'; readonly path: readonly Part[] }
  | { readonly kind: 'problem'; readonly says: string; readonly hint: string };

/** Finds what a configured url asks for: `/hubs/<hub>/<resource>`, the same without the hub, a path, or an absolute url. */
export function findTarget(url: PolledUrl, element: ElementFile): Target {
  if (url.absolute) return { kind: 'absolute', path: url.path };
  const resources = element.resources ?? {};
  const plain = plainText(url.path);
  const hub = /^\/?hubs\/([^/]+)\/(.*)$/s.exec(leadingText(url.path));
  if (hub !== null && element.key !== HTTP_ELEMENT) {
    const [, named = '', name = ''] = hub;
    if (element.hub !== undefined && named !== element.hub) {
      return {
        kind: 'problem',
        says: `element ${element.key} belongs to the hub "${element.hub}", not "${named}"`,
        hint: `write /hubs/${element.hub}/${name}`,
      };
    }
    const resource = plain === undefined ? undefined : resources[name];
    if (resource !== undefined && Object.hasOwn(resources, name)) return { kind: 'resource', name, resource };
    return unknownResource(element, name);
  }
  const path = hub === null ? rooted(url.path) : dropHub(url.path, hub);
  if (plain === undefined) return { kind: 'path', path, near: undefined };
  const name = (plainText(path) ?? '').replace(/^\//, '');
  const byName = Object.hasOwn(resources, name) ? resources[name] : undefined;
  if (byName !== undefined) return { kind: 'resource', name, resource: byName };
  const byPath = Object.entries(resources).find(([, resource]) => resource.path.replace(/^\//, '') === name);
  if (byPath !== undefined) return { kind: 'resource', name: byPath[0], resource: byPath[1] };
  return { kind: 'path', path, near: didYouMean(name, Object.keys(resources)) };
}

/** The problem of a resource that an element does not have; lists those it has. */
export function unknownResource(element: ElementFile, name: string): Extract<Target, { kind: 'problem' }> {
  const names = Object.keys(element.resources ?? {}).sort();
  const near = didYouMean(name, names);
  return {
    kind: 'problem',
    says: `element ${element.key} has no resource "${name}"`,
    hint:
      names.length === 0
        ? 'it has none: write a path under the base URL'
        : `${near === undefined ? '' : `${near} `}it has ${names.join(', ')}`,
  };
}

function leadingText(path: readonly Part[]): string {
  const first = path[0];
  return first?.kind === 'text' ? first.text : '';
}

function dropHub(path: readonly Part[], hub: RegExpExecArray): readonly Part[] {
  const [first, ...rest] = path;
  return first?.kind === 'text' ? [{ kind: 'text', text: `/${hub[2] ?? ''}` }, ...rest] : path;
}

function rooted(path: readonly Part[]): readonly Part[] {
  return leadingText(path).startsWith('/') ? path : [{ kind: 'text', text: '/' }, ...path];
}
