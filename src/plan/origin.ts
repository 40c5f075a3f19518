/**
 * Where a provider's link may lead: to the origin that was asked. A link to the element's own base is put on the base that the instance
 * gives instead; one that only falls from https to http on the same host stays on https. Undefined for any other origin.
 */
export function heldLink(
  link: string,
  asked: string,
  elementBase: string | undefined,
  instanceBase: string,
): string | undefined {
  let target: URL;
  let origin: string;
  try {
    target = new URL(link, asked);
    origin = new URL(asked).origin;
  } catch {
    return undefined;
  }
  if (target.origin === origin) return clean(target);
  const rebased = elementBase === undefined ? undefined : rebase(clean(target), elementBase, instanceBase);
  if (rebased !== undefined && new URL(rebased).origin === origin) return rebased;
  const asHttps =
    target.protocol === 'http:' && target.port === '' ? new URL(target.href.replace(/^http:/, 'https:')) : undefined;
  return asHttps?.origin === origin ? clean(asHttps) : undefined;
}

function clean(url: URL): string {
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
}

function rebase(link: string, from: string, to: string): string | undefined {
  const target = to.replace(/\/+$/, '');
  try {
    const source = new URL(from).href.replace(/\/+$/, '');
    if (link === source || link.startsWith(`${source}/`) || link.startsWith(`${source}?`)) {
      return clean(new URL(target + link.slice(source.length)));
    }
    const url = new URL(link);
    if (url.origin !== new URL(source).origin) return undefined;
    return clean(new URL(url.pathname + url.search, target));
  } catch {
    return undefined;
  }
}
