import type { CatalogInstance } from '../model/catalog.ts';
import type { AccountPlan, OAuthPlan } from '../model/feed.ts';
import type { ElementFile, Oauth2Auth } from '../model/files.ts';
import type { Text } from '../model/secret.ts';
import { hashId } from '../language/identity.ts';
import { revealLiteral } from '../language/secret.ts';
import { compileTemplate } from '../language/template.ts';
import { printText } from '../language/text.ts';
import { plainOf, textOf } from './configuration.ts';
import { HTTP_ELEMENT } from './element.ts';
import type { Findings } from './findings.ts';
import { bindParts } from './parts.ts';

/** How an instance proves who it is, by its element's kind of authentication. What is missing is found. */
export function planAccount(instance: CatalogInstance, element: ElementFile, findings: Findings): AccountPlan {
  const auth = element.auth ?? { type: 'none' };
  const need = (key: string): Text => {
    const text = textOf(instance, key);
    if (text === undefined) findings.error([], `"${key}" is missing`, `element ${element.key} signs in with it`);
    return text ?? '';
  };
  switch (auth.type) {
    case 'none':
      if (element.key === HTTP_ELEMENT) warnOfUnsent(instance, findings);
      return identified(instance.id, { type: 'none' }, []);
    case 'basic': {
      const username = need(auth.usernameKey ?? 'username');
      const passwordKey = auth.passwordKey ?? 'password';
      // Some providers take a key as the user name, and nothing as the password.
      const password = instance.configuration.get(passwordKey) === '' ? '' : need(passwordKey);
      return identified(instance.id, { type: 'basic', username, password }, [username, password]);
    }
    case 'bearer': {
      const value = need(auth.tokenKey ?? 'token');
      return identified(instance.id, { type: 'header', name: 'Authorization', prefix: 'Bearer ', value }, [value]);
    }
    case 'apiKey': {
      const value = need(auth.value ?? 'api.key');
      if (auth.query !== undefined)
        return identified(instance.id, { type: 'query', name: auth.query, value }, [auth.query, value]);
      const name = auth.header ?? 'Authorization';
      const prefix = auth.prefix ?? '';
      return identified(instance.id, { type: 'header', name, prefix, value }, [name, prefix, value]);
    }
    case 'oauth2':
      return planOAuth(instance, element, auth, need, findings);
  }
}

/** The type of authentication that each key is for. */
const types: readonly (readonly [key: string, type: string])[] = [
  ['username', 'basic'],
  ['password', 'basic'],
  ['token', 'bearer'],
  ['api.key', 'apiKey'],
];

/** Warns of credentials that nothing sends, where neither a type is given nor a word asks for them. */
function warnOfUnsent(instance: CatalogInstance, findings: Findings): void {
  if (textOf(instance, 'authentication.type') !== undefined) return;
  const texts = JSON.stringify([
    [...(instance.polled?.values() ?? [])],
    [...instance.configuration.values()],
  ]).toLowerCase();
  for (const [key, type] of types)
    if (textOf(instance, key) !== undefined && !texts.includes(`configuration.${key}}`))
      findings.warn([key], 'is not sent, for no authentication.type is given', `write authentication.type: ${type}`);
}

/** The configuration keys that an account of the element cannot be without: what lacks one is told as its account is planned. */
export function signingKeys({ auth }: ElementFile): readonly string[] {
  switch (auth?.type) {
    case 'basic':
      return [auth.usernameKey ?? 'username', auth.passwordKey ?? 'password'];
    case 'bearer':
      return [auth.tokenKey ?? 'token'];
    case 'apiKey':
      return [auth.value ?? 'api.key'];
    case 'oauth2':
      return ['oauth.api.key', 'oauth.api.secret'];
    default:
      return [];
  }
}

function planOAuth(
  instance: CatalogInstance,
  element: ElementFile,
  auth: Oauth2Auth,
  need: (key: string) => Text,
  findings: Findings,
): AccountPlan {
  const clientId = need('oauth.api.key');
  const clientSecret = need('oauth.api.secret');
  const bound = (key: string, template: string | undefined): Text | undefined => {
    const own = textOf(instance, key);
    if (own !== undefined || template === undefined) return own;
    const compiled = compileTemplate(template);
    const which = key === 'oauth.token.url' ? 'token' : 'authorization';
    if (!compiled.ok) {
      findings.error([], `the ${which} URL of element ${element.key} cannot be read: ${compiled.says}`, compiled.hint);
      return template;
    }
    const parts = bindParts(
      compiled.template.parts,
      instance.configuration,
      (missing) => findings.error([], `"${missing}" is missing`, `the ${which} URL of element ${element.key} holds it`),
      (field) => {
        const says = `the ${which} URL of element ${element.key} holds \${where.${field}}, which stands for nothing there`;
        findings.error([], says, 'write ${configuration.KEY} for a value of the instance');
        return [];
      },
    );
    return parts.map((part) =>
      part.kind === 'secret' ? part.secret : part.kind === 'text' || part.kind === 'value' ? part.text : '',
    );
  };
  const scope = plainOf(instance, 'oauth.scope');
  const plan: OAuthPlan = {
    grant: auth.grant ?? 'authorizationCode',
    tokenUrl: bound('oauth.token.url', auth.tokenUrl) ?? '',
    authorizationUrl: bound('oauth.authorization.url', auth.authorizationUrl),
    clientId,
    clientSecret,
    clientAuth: auth.clientAuth ?? 'basic',
    redirectUri: textOf(instance, 'oauth.callback.url'),
    scopes: scope === undefined ? (auth.scopes ?? []) : scope.split(/[\s,]+/).filter((word) => word !== ''),
    pkce: auth.pkce ?? false,
    code: instance.providerData.get('code'),
    userToken: textOf(instance, 'oauth.user.token'),
    refreshToken: textOf(instance, 'oauth.user.refresh_token'),
  };
  const texts = [plan.tokenUrl, clientId, clientSecret, plan.redirectUri, plan.code, plan.userToken, plan.refreshToken];
  return identified(instance.id, { type: 'oauth2', ...plan }, [
    plan.grant,
    plan.clientAuth,
    plan.scopes.join(' '),
    ...texts,
  ]);
}

type WithoutIdentity<T> = T extends unknown ? Omit<T, 'instance' | 'fingerprint'> : never;

function identified(
  instance: string,
  account: WithoutIdentity<AccountPlan>,
  texts: readonly (Text | undefined)[],
): AccountPlan {
  return { instance, fingerprint: hashId(account.type, ...texts.map(fingerprintText)), ...account } as AccountPlan;
}

/** A text for comparing: literal secrets by a hash of their value, references by their names. */
function fingerprintText(text: Text | undefined): string {
  if (text === undefined) return '';
  if (typeof text === 'string') return text;
  return text
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = revealLiteral(part);
      return value === undefined ? part.label : hashId(value);
    })
    .join('\u0000');
}

/** A text for comparing two plans by; holds no secret. */
export function textPrint(text: Text | undefined): string {
  return text === undefined ? '' : `${printText(text)} ${hashId(fingerprintText(text))}`;
}
