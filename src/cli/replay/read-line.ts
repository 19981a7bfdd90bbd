/**
 * Lines of traffic: access logs in the combined format, as Apache and nginx write them by default,
 * and plain lists of URLs or targets.
 *
 * Every pattern is anchored and linear in the length of its line.
 */
import { LONGEST_TARGET, partsOf, type Recorded } from './recorded.ts';

/** Longest line that is read, in characters. */
const LONGEST_LINE = 65_536;

/** `"GET /path HTTP/1.1" 200 5120`, behind whatever stands before it. */
const REQUEST = /"([A-Z]{3,10}) (\S{1,16384})(?: HTTP\/[\d.]{1,4})?" (\d{3}) (\d{1,15}|-)/;

/** A name of a virtual host, as `%v` and `$host` put it before the address of the client. */
const VIRTUAL_HOST =
  /^([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+)(?::\d{1,5})? \S{1,64} \S{1,256} \S{1,256} \[/i;

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
  const match = REQUEST.exec(text);
  if (match === null) return undefined;
  const [, method, asked = '', status, bytes] = match;
  if (method !== 'GET') return undefined;
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

function virtualHost(text: string): string | undefined {
  const name = VIRTUAL_HOST.exec(text)?.[1]?.toLowerCase();
  // An address of a client stands in the same place
  return name === undefined || /^[\d.]+$/.test(name) ? undefined : name;
}
