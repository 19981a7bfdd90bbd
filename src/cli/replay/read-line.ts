/**
 * Lines of traffic: access logs in the combined format, as Apache and nginx write them by default,
 * and plain lists of URLs or targets.
 *
 * A line is taken apart at its first two quotes; every pattern is anchored.
 */
import { LONGEST_TARGET, partsOf, type Recorded } from './recorded.ts';

/** Longest line that is read, in characters. */
const LONGEST_LINE = 65_536;

/** Method, target and, for all but the oldest clients, the version. */
const REQUEST = /^([A-Z]{3,10}) (\S+)(?: HTTP\/[\d.]{1,4})?$/;

/** Status and length behind the request. */
const ANSWER = /^ (\d{3}) (\d{1,15}|-)(?:\s|$)/;

/** A host name or an address, and its port. */
const HOST = /^([a-z0-9.-]+)(?::\d{1,5})?$/i;

/** What a line says was asked for; undefined for comments, other methods and lines of no known form. */
export function readLine(line: string): Recorded | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || text.length > LONGEST_LINE) return undefined;
  const plain = partsOf(text);
  if (plain !== undefined) return { ...plain, accept: undefined, vendor: undefined };
  if (text.startsWith('/') && !/\s/.test(text) && text.length <= LONGEST_TARGET) {
    return { host: undefined, target: text, accept: undefined, vendor: undefined };
  }
  return logged(text);
}

function logged(text: string): Recorded | undefined {
  const open = text.indexOf('"');
  const close = text.indexOf('"', open + 1);
  if (open < 0 || close < 0) return undefined;
  const [, method, asked = ''] = REQUEST.exec(text.slice(open + 1, close)) ?? [];
  const [, status, bytes] = ANSWER.exec(text.slice(close + 1, close + 32)) ?? [];
  if (method !== 'GET' || status === undefined || asked.length > LONGEST_TARGET) return undefined;
  const parts = partsOf(asked) ?? { host: virtualHost(text), target: asked };
  if (!parts.target.startsWith('/')) return undefined;
  const vendor = {
    status: Number(status),
    type: undefined,
    bytes: bytes === '-' ? undefined : Number(bytes),
    body: undefined,
  };
  return { ...parts, accept: undefined, vendor };
}

/** Some logs put the name of the virtual host (`%v`, `$host`) before the address of the client. */
function virtualHost(text: string): string | undefined {
  const name = HOST.exec(text.slice(0, text.indexOf(' ')))?.[1]?.toLowerCase();
  // Most logs begin with the address of the client
  return name !== undefined && /[a-z]/.test(name) && name.includes('.') ? name : undefined;
}
