/** Kubernetes' IP and CIDR libraries: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library */
import type { FunctionDeclaration, Overload } from '../function.ts';
import { bool, int, opaque, string } from '../type.ts';
import { celError, Opaque, type Result } from '../value.ts';
import { type Address, formatAddress, readAddress } from './address.ts';
import { func, method } from './declare.ts';

const ipType = opaque('net.IP');
const cidrType = opaque('net.CIDR');

class Ip extends Opaque {
  override readonly typeName = 'net.IP';
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  override equals(other: Opaque): boolean {
    return (
      other instanceof Ip && other.address.family === this.address.family && other.address.bits === this.address.bits
    );
  }
  override toString(): string {
    return formatAddress(this.address);
  }
}

class Cidr extends Opaque {
  override readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly length: number;
  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }
  override equals(other: Opaque): boolean {
    return other instanceof Cidr && other.toString() === this.toString();
  }
  override toString(): string {
    return `${formatAddress(this.address)}/${this.length}`;
  }
}

export const networks: readonly FunctionDeclaration[] = [
  func(
    'string',
    { parameters: [ipType], result: string, call: String },
    { parameters: [cidrType], result: string, call: String },
  ),
  func('isIP', { parameters: [string], result: bool, call: (text: string) => readAddress(text) !== null }),
  func('ip', { parameters: [string], result: ipType, call: parseIp }),
  func('ip.isCanonical', { parameters: [string], result: bool, call: isCanonical }),
  method('family', { parameters: [ipType], result: int, call: (ip: Ip) => ip.address.family }),
  method(
    'isUnspecified',
    ipIs(({ bits }) => bits === 0n),
  ),
  method('isLoopback', ipIs(isLoopback)),
  method('isLinkLocalMulticast', ipIs(isLinkLocalMulticast)),
  method('isLinkLocalUnicast', ipIs(isLinkLocalUnicast)),
  method('isGlobalUnicast', ipIs(isGlobalUnicast)),
  func('isCIDR', { parameters: [string], result: bool, call: (text: string) => readCidr(text) !== null }),
  func('cidr', { parameters: [string], result: cidrType, call: parseCidr }),
  method(
    'containsIP',
    { parameters: [cidrType, ipType], result: bool, call: containsIp },
    {
      parameters: [cidrType, string],
      result: bool,
      call: (cidr: Cidr, text: string) => withRead(readIp(text), (ip) => containsIp(cidr, ip)),
    },
  ),
  method(
    'containsCIDR',
    { parameters: [cidrType, cidrType], result: bool, call: containsCidr },
    {
      parameters: [cidrType, string],
      result: bool,
      call: (cidr: Cidr, text: string) => withRead(readCidr(text), (other) => containsCidr(cidr, other)),
    },
  ),
  method('ip', { parameters: [cidrType], result: ipType, call: (cidr: Cidr) => new Ip(cidr.address) }),
  method('masked', { parameters: [cidrType], result: cidrType, call: masked }),
  method('prefixLength', { parameters: [cidrType], result: int, call: (cidr: Cidr) => cidr.length }),
];

function readIp(text: string): Ip | null {
  const address = readAddress(text);
  return address && new Ip(address);
}

/** Reads `10.0.0.0/8`; bits beyond the prefix may be set. Null for anything else. */
function readCidr(text: string): Cidr | null {
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? null : readAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === null || !/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > width(address)) return null;
  return new Cidr(address, Number(length));
}

function parseIp(text: string): Result {
  return readIp(text) ?? celError('the text is not an IP address');
}

function parseCidr(text: string): Result {
  return readCidr(text) ?? celError('the text is not a network in CIDR notation');
}

function isCanonical(text: string): Result {
  const address = readAddress(text);
  return address === null ? celError('the text is not an IP address') : formatAddress(address) === text;
}

function withRead<T>(read: T | null, answer: (value: T) => boolean): Result {
  return read === null ? celError('the text is not an address') : answer(read);
}

function ipIs(judge: (address: Address) => boolean): Overload {
  return { parameters: [ipType], result: bool, call: (ip: Ip) => judge(ip.address) };
}

function isLoopback(address: Address): boolean {
  return address.family === 4 ? address.bits >> 24n === 127n : address.bits === 1n;
}

function isLinkLocalMulticast({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 8n === 0xe00000n : ((bits >> 112n) & 0xff0fn) === 0xff02n;
}

function isLinkLocalUnicast({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0xfe80n >> 6n;
}

function isMulticast({ family, bits }: Address): boolean {
  return family === 4 ? bits >> 28n === 0xen : bits >> 120n === 0xffn;
}

/** Private addresses count as global here, as in Go's netip. */
function isGlobalUnicast(address: Address): boolean {
  const { family, bits } = address;
  const special = bits === 0n || (family === 4 && bits === 0xffffffffn);
  return !special && !isLoopback(address) && !isMulticast(address) && !isLinkLocalUnicast(address);
}

function width(address: Address): number {
  return address.family === 4 ? 32 : 128;
}

function prefixBits(address: Address, length: number): bigint {
  return address.bits >> BigInt(width(address) - length);
}

function containsIp(cidr: Cidr, { address }: Ip): boolean {
  return (
    cidr.address.family === address.family && prefixBits(cidr.address, cidr.length) === prefixBits(address, cidr.length)
  );
}

function containsCidr(cidr: Cidr, other: Cidr): boolean {
  return cidr.length <= other.length && containsIp(cidr, new Ip(other.address));
}

function masked(cidr: Cidr): Cidr {
  const host = BigInt(width(cidr.address) - cidr.length);
  return new Cidr({ ...cidr.address, bits: (cidr.address.bits >> host) << host }, cidr.length);
}
