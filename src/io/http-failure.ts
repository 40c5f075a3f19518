import type { HttpFailure } from '../model/ports.ts';
import { ADDRESS_DENIED } from './network-deny.ts';

/** Why an exchange ended without an answer. */
export interface Failed {
  readonly failure: HttpFailure;
  readonly says: string;
}

/** Codes of Node (doc/api/errors), libuv and OpenSSL's certificate checks, by what they mean here. */
const KINDS: readonly (readonly [HttpFailure, RegExp])[] = [
  ['denied', new RegExp(`^${ADDRESS_DENIED}$`)],
  ['aborted', /^(ABORT_ERR|ERR_ABORTED)$/],
  ['timeout', /^(ETIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/],
  ['unresolved', /^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_[A-Z]+)$/],
  ['refused', /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|EMFILE|ENFILE)$/],
  [
    'tls',
    /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|HOSTNAME_MISMATCH|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(CA|PURPOSE))/,
  ],
  ['tls', /^(PATH_LENGTH_EXCEEDED|ERROR_IN_)/],
  ['too-large', /^(HPE_HEADER_OVERFLOW|ERR_STRING_TOO_LONG)$/],
  [
    'invalid',
    /^(ERR_INVALID_|ERR_HTTP_INVALID_|ERR_UNESCAPED_CHARACTERS|ERR_UNSUPPORTED_PROTOCOL|ERR_HTTP_HEADERS_SENT)/,
  ],
  [
    'cut',
    /^(ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP_CONTENT_LENGTH_MISMATCH|HPE_|Z_|ERR_.*DECODE|ERR_BROTLI)/,
  ],
];

const TLS_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clock of this machine',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here; name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here; name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it does not send its whole certificate chain, or its authority is not known here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; is it http instead of https?',
  EPROTO: 'it does not speak TLS on this port, or no version that is spoken here',
};

/**
 * Names what went wrong, from an error of got or Node. The sentence is made of the host, the error's code and own words only, since
 * messages of errors may quote the URL or a header.
 */
export function failureOf(error: unknown, host: string): Failed {
  const code = codeOf(error);
  const failure = KINDS.find(([, codes]) => codes.test(code))?.[0] ?? (isMisuse(error) ? 'invalid' : 'cut');
  return { failure, says: sentence(failure, code, host, error) };
}

function sentence(failure: HttpFailure, code: string, host: string, error: unknown): string {
  switch (failure) {
    case 'denied':
      return `connecting to ${host} is denied by network.deny: ${messageOf(error)}`;
    case 'aborted':
      return `the request to ${host} was stopped`;
    case 'timeout':
      return `${host} did not let us connect in time (${code})`;
    case 'unresolved':
      return `the name ${host} could not be resolved (${code})`;
    case 'refused':
      return code === 'ECONNREFUSED' ? `${host} refused the connection` : `no connection to ${host} (${code})`;
    case 'tls':
      return `no trusted connection to ${host}: ${TLS_REASONS[code] ?? code}`;
    case 'too-large':
      return `${host} sent more than can be read (${code})`;
    case 'invalid':
      return `the request to ${host} cannot be sent: its method, URL, a header or the body is not allowed in HTTP (${code})`;
    case 'cut':
      if (code.startsWith('HPE_')) return `what ${host} sent is not HTTP (${code})`;
      if (code.startsWith('Z_') || code.startsWith('ERR_'))
        return `the compressed answer of ${host} is damaged or incomplete (${code})`;
      return `${host} broke off before its answer was complete (${code})`;
  }
}

/** The first code down the chain of causes; an error of several attempts counts as its first. */
function codeOf(error: unknown): string {
  for (let here = error, depth = 0; here instanceof Error && depth < 5; here = here.cause, depth++) {
    const code = (here as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && code !== 'ERR_GOT_REQUEST_ERROR' && code !== 'ERR_READING_RESPONSE_STREAM')
      return code;
    if (here instanceof AggregateError && here.errors.length > 0) return codeOf(here.errors[0]);
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** What got and the URL functions throw for arguments that cannot be sent. */
function isMisuse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause].some((one) => one instanceof TypeError || one instanceof URIError);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
