import type { CatalogInstance } from '../model/catalog.ts';
import type { Callback } from '../model/feed.ts';
import { printText } from '../language/text.ts';
import { readHeaders } from './callback-headers.ts';
import { textOf } from './configuration.ts';
import type { Findings } from './findings.ts';

const URL_KEY = 'event.notification.callback.url';
const HEADERS_KEY = 'event.notification.callback.headers';

/** Where an instance's events go; undefined where the file names no callback. */
export function planCallback(instance: CatalogInstance, findings: Findings): Callback | undefined {
  const url = textOf(instance, URL_KEY);
  if (url === undefined) return undefined;
  if (holdsPassword(printText(url))) {
    const hint = 'put them into event.notification.basic.username and event.notification.basic.password';
    findings.error([URL_KEY], 'holds a user name and a password', hint);
    return undefined;
  }
  if (typeof url === 'string' && !isHttpUrl(url)) {
    findings.error([URL_KEY], `"${url}" is no http or https URL`, 'such as https://example.com/events');
    return undefined;
  }
  const username = textOf(instance, 'event.notification.basic.username');
  const password = textOf(instance, 'event.notification.basic.password');
  return {
    key: printText(url),
    url,
    headers: headersOf(instance, findings),
    ...(username === undefined && password === undefined
      ? {}
      : { basic: { username: username ?? '', password: password ?? '' } }),
    signatureKeys: instance.signatureKeys,
  };
}

function headersOf(instance: CatalogInstance, findings: Findings): Callback['headers'] {
  const text = textOf(instance, HEADERS_KEY);
  if (text === undefined) return [];
  const read = readHeaders(text);
  if (read.ok) return read.headers;
  findings.error([HEADERS_KEY], read.says, 'write "Name: value", one on a line, or a JSON object');
  return [];
}

/** Whether a URL carries credentials, which would be shown wherever it is. */
export function holdsPassword(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*@/i.test(url);
}

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
