/**
 * URL parts: a URL of a dialect built from parameters, and taken apart into them.
 *
 * Pure text: what the parameters mean is the dialect's to say.
 */
import { before } from '../../base/without-ends.ts';
import { DIALECTS } from '../../dialects/all.ts';
import { readTarget as readFastly } from '../../dialects/fastly/query.ts';
import { optionNames } from '../../dialects/imageoptim/read.ts';
import { decodeOnce } from '../../dialects/imageoptim/text.ts';
import { spellingOf } from '../../dialects/imgix/params.ts';
import { gather, splitPair } from '../../dialects/imgix/query.ts';
import type { DialectName, Given } from './shapes.ts';

/** A text in a query, with what is safe there left readable. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/%(2C|3A|2F|3D)/g, (part) => decodeURIComponent(part));
}

/** A URL below its mount: path and query, for a picture by its name. */
export function targetOf(dialect: DialectName, values: Given, name: string): string {
  const path = encodeURIComponent(name);
  if (dialect === 'imageoptim') {
    const words = values
      .map(([param, text]) => optionOf(param, text))
      .filter((word) => word !== '');
    return `/${words.length === 0 ? 'full' : words.map(encoded).join(',')}/${path}`;
  }
  const query = values.map(([param, text]) => `${encodeURIComponent(param)}=${encoded(text)}`);
  return `/${path}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** Options whose value alone is the word. */
const BARE = new Set(['size', 'density']);

function optionOf(name: string, text: string): string {
  const value = text.replaceAll(',', ' ').trim();
  if (BARE.has(name)) return value;
  const known = Object.hasOwn(DIALECTS.imageoptim.params, name);
  const flag = known && DIALECTS.imageoptim.params[name]?.values === 'the word alone';
  return flag || value === '' ? name : `${name}=${value}`;
}

/** What a URL says, in the dialect it seems to be of. */
export interface TakenApart {
  readonly dialect: DialectName;
  readonly values: Given;
  /** What was put right or cannot be kept. */
  readonly remarks: readonly string[];
}

/** Hosts of the services. */
const HOSTS: readonly (readonly [RegExp, DialectName])[] = [
  [/(^|\.)imgix\.net$|^imgix\./, 'imgix'],
  [/^(img\.gs|im2\.io)$|(^|\.)imageoptim\./, 'imageoptim'],
];

/**
 * A URL, or a path with a query, taken apart.
 *
 * Its host or the first part of its path names the dialect; else the one whose table knows most of
 * its parameters does, and where that does not decide, the one that is at hand.
 */
export function takeApart(text: string, atHand: DialectName): TakenApart {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  const whole = url === undefined ? trimmed : trimmed.slice(trimmed.indexOf('://') + 3);
  const slash = whole.indexOf('/');
  const raw = url === undefined ? whole : slash < 0 ? '/' : whole.slice(slash);
  const target = before(raw, '#');
  const mount = /^\/?(fastly|imgix|imageoptim)\//.exec(target)?.[1] as DialectName | undefined;
  const ofHost = HOSTS.find(([host]) => url !== undefined && host.test(url.hostname))?.[1];
  const rest = mount === undefined ? target : target.slice(target.indexOf(mount) + mount.length);
  const dialect = mount ?? ofHost ?? likely(rest, atHand);
  // The services of ImageOptim have the name of the user in front
  const below = ofHost === 'imageoptim' ? belowUser(rest) : rest;
  return valuesOf(dialect, below);
}

/** A path below its first part, where it has another one. */
function belowUser(path: string): string {
  const slash = path.startsWith('/') ? path.indexOf('/', 1) : -1;
  return slash > 1 ? path.slice(slash) : path;
}

function likely(target: string, atHand: DialectName): DialectName {
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  const names = query
    .split('&')
    .map((pair) => splitPair(pair)[0])
    .filter((name) => name !== '');
  if (names.length === 0) {
    const [, segment = ''] = target.split('/');
    const known = optionNames(segment);
    const { params } = DIALECTS.imageoptim;
    const all = known.length > 0 && known.every((name) => Object.hasOwn(params, name));
    return all && /^\/[^/]+\/./.test(target) ? 'imageoptim' : atHand;
  }
  const fastly = names.filter((name) => Object.hasOwn(DIALECTS.fastly.params, name)).length;
  const imgix = names.filter((name) => spellingOf(name) !== undefined).length;
  if (fastly === imgix) return atHand === 'imageoptim' ? 'imgix' : atHand;
  return fastly > imgix ? 'fastly' : 'imgix';
}

function valuesOf(dialect: DialectName, target: string): TakenApart {
  switch (dialect) {
    case 'fastly': {
      const { given, unknownNames } = readFastly(target);
      return { dialect, values: [...given], remarks: unknownNames.map(unknown) };
    }
    case 'imgix': {
      const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
      return { dialect, ...imgixValues(query) };
    }
    case 'imageoptim': {
      const [, segment = ''] = target.split('/');
      const words = decodeOnce(segment)
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      const names = optionNames(segment);
      const values = words.map((word, at): [string, string] => {
        const name = names[at] ?? word;
        const equals = word.indexOf('=');
        if (equals >= 0) return [name, word.slice(equals + 1)];
        if (BARE.has(name) || name === 'quality' || name === 'bgcolor') return [name, word];
        return [name, name === 'trim' ? 'border' : ''];
      });
      // Without a size nothing is resized anyhow
      const sized = values.some(([name]) => name === 'size');
      const kept = values.filter(([name]) => sized || name !== 'full');
      return { dialect, values: kept, remarks: [] };
    }
  }
}

function imgixValues(query: string): Pick<TakenApart, 'values' | 'remarks'> {
  const remarks: string[] = [];
  const names = query.split('&').map((pair) => splitPair(pair)[0]);
  for (const name of names)
    if (name !== '' && spellingOf(name) === undefined) remarks.push(unknown(name));
  if (names.includes('s')) remarks.push('A signature (s) holds for its own path and is left out.');
  try {
    const { given } = gather(query, {});
    const values = [...given].map(([name, { text }]): [string, string] => [name, text]);
    return { values: values.filter(([name]) => name !== 's'), remarks };
  } catch (error) {
    return { values: [], remarks: [error instanceof Error ? error.message : String(error)] };
  }
}

function unknown(name: string): string {
  return `${JSON.stringify(name.slice(0, 40))} is no parameter of this dialect and is left out.`;
}
