import type { CatalogInstance } from '../model/catalog.ts';
import type { ElementAuth, ElementFile } from '../model/files.ts';
import { plainOf } from './configuration.ts';

/** The key of the built-in element: any JSON API, no element to write. */
export const HTTP_ELEMENT = 'http';

/** The built-in element as this instance uses it: it has no resources, everything stands in the polled entries. */
export function httpElement(instance: CatalogInstance): ElementFile {
  return { key: HTTP_ELEMENT, name: 'HTTP', hub: 'general', auth: httpAuth(instance), resources: {} };
}

function httpAuth(instance: CatalogInstance): ElementAuth {
  const type = plainOf(instance, 'authentication.type') ?? 'none';
  switch (type) {
    case 'basic':
      return { type: 'basic' };
    case 'bearer':
      return { type: 'bearer' };
    case 'apiKey': {
      const query = plainOf(instance, 'apiKey.query');
      return query === undefined
        ? { type: 'apiKey', header: plainOf(instance, 'apiKey.header') ?? 'X-Api-Key' }
        : { type: 'apiKey', query };
    }
    default:
      return { type: 'none' };
  }
}
