import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Fault } from '../model/fault.ts';

/** Addresses that are never connected to. */
export interface DenyList {
  /** Whether the address may not be connected to. An IPv6 form that carries an IPv4 address counts as that; what is no address is denied. */
  check(address: string): boolean;
}

/** The code of the error that a denied connection fails with. */
export const ADDRESS_DENIED = 'ERR_ADDRESS_DENIED';

/** An unused connection is closed before common servers close it (5 s), so that a request does not meet a dying one. */
const IDLE = 4_000;

/** The IANA special-purpose registries (RFC 6890, RFC 4291); 0.0.0.0 and :: reach the machine itself. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  loopback: ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'],
  multicast: ['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'],
};

/** What is wrong with the names of a deny list, a sentence for each wrong one. */
export function denyProblems(names: readonly string[]): string[] {
  const known = Object.keys(RANGES).join(', ');
  return names
    .filter((name) => blocksOf(name) === undefined)
    .map((name) => `"${name}" names no address range: write ${known}, or a block such as 10.0.0.0/8`);
}

/** Compiles range names and CIDR blocks (a bare address is a block of one). Throws a Fault for a name that denyProblems reports. */
export function denyList(names: readonly string[]): DenyList {
  const [problem] = denyProblems(names);
  if (problem !== undefined) throw new Fault('internal', problem, { hint: 'mend network.deny in config.yaml' });

  const v4 = new BlockList();
  const v6 = new BlockList();
  for (const { address, prefix } of names.flatMap((name) => blocksOf(name) ?? []))
    if (isIPv4(address)) v4.addSubnet(address, prefix, 'ipv4');
    else v6.addSubnet(address, prefix, 'ipv6');

  return {
    check(address) {
      if (names.length === 0) return false;
      const bare = address.split('%', 1)[0] ?? '';
      if (isIPv4(bare)) return v4.check(bare, 'ipv4');
      if (!isIPv6(bare)) return true;
      const carried = carriedV4(bare);
      return v6.check(bare, 'ipv6') || (carried !== undefined && v4.check(carried, 'ipv4'));
    },
  };
}

interface Block {
  readonly address: string;
  readonly prefix: number;
}

function blocksOf(name: string): readonly Block[] | undefined {
  const blocks = (Object.hasOwn(RANGES, name) ? RANGES[name] : [name])?.map(readBlock) ?? [];
  return blocks.includes(undefined) ? undefined : blocks.filter((block) => block !== undefined);
}

function readBlock(text: string): Block | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = length === undefined ? longest : Number(length);
  if (prefix > longest) return undefined;
  const mapped = family === 6 && prefix >= 96 && isMapped(groupsOf(address)) ? carriedV4(address) : undefined;
  return mapped === undefined ? { address, prefix } : { address: mapped, prefix: prefix - 96 };
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

/** The IPv4 address inside a mapped, compatible or translated (RFC 2765), NAT64 (RFC 6052, RFC 8215) or 6to4 (RFC 3056) address. */
function carriedV4(address: string): string | undefined {
  const groups = groupsOf(address);
  const [first, second, third, , fifth, sixth] = groups;
  const zeros = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  const atEnd =
    (zeros(0, 5) && (sixth === 0xffff || (sixth === 0 && groups[6] !== 0))) ||
    (zeros(0, 4) && fifth === 0xffff && sixth === 0) ||
    (first === 0x64 && second === 0xff9b && (zeros(2, 6) || third === 1));
  const at = atEnd ? 6 : first === 0x2002 ? 1 : undefined;
  if (at === undefined) return undefined;
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(canonical);
  const hex = (high: string, low: string): string => ((Number(high) << 8) | Number(low)).toString(16);
  const text =
    dotted === null
      ? canonical
      : `${dotted[1] ?? ''}${hex(dotted[2] ?? '', dotted[3] ?? '')}:${hex(dotted[4] ?? '', dotted[5] ?? '')}`;
  const [head = '', tail] = text.split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
}

/**
 * Agents that keep connections alive and open none to a denied address. What is checked is the address connected to: IP literals as
 * they stand, names by the answer of the very lookup that the connection uses. Of several addresses only the allowed ones are tried.
 */
export function guardedAgents(
  deny: DenyList,
  lookup: LookupFunction = systemLookup,
): { readonly http: HttpAgent; readonly https: HttpsAgent } {
  return {
    http: guard(new HttpAgent({ keepAlive: true, timeout: IDLE }), deny, lookup),
    https: guard(new HttpsAgent({ keepAlive: true, timeout: IDLE }), deny, lookup),
  };
}

function guard<A extends HttpAgent>(agent: A, deny: DenyList, lookup: LookupFunction): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const host = (options.host ?? options.hostname ?? 'localhost').replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && deny.check(host)) {
      callback?.(denied(host), undefined as never);
      return undefined;
    }
    return connect({ ...options, lookup: guardedLookup(deny, lookup) }, callback);
  };
  return agent;
}

function guardedLookup(deny: DenyList, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const answers = found as unknown as readonly LookupAddress[];
      const allowed = answers.filter(({ address }) => !deny.check(address));
      const [first] = allowed;
      if (first === undefined) callback(denied(answers[0]?.address ?? hostname), '');
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function denied(address: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`the address ${address} is denied`), { code: ADDRESS_DENIED });
}
