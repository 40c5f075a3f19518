import type { Feed } from '../model/feed.ts';
import type { Secret, Text } from '../model/secret.ts';
import { secretsIn } from '../language/text.ts';

/** Every secret that polling and delivering a feed may need. */
export function feedSecrets(feed: Feed): readonly Secret[] {
  const { account, callback } = feed;
  const texts: Text[] = [];
  if (callback !== undefined) {
    texts.push(callback.url, ...callback.headers.map(([, value]) => value), ...callback.signatureKeys);
    if (callback.basic !== undefined) texts.push(callback.basic.username, callback.basic.password);
  }
  for (const value of Object.values(account)) if (isText(value)) texts.push(value);
  const deletions = feed.deletes.by === 'feed' ? feed.deletes.listing.request.secrets : [];
  return [...feed.request.secrets, ...deletions, ...texts.flatMap(secretsIn)];
}

function isText(value: unknown): value is Text {
  return Array.isArray(value);
}
