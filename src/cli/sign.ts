/**
 * The command `sign`: a URL as the server would accept it, signed.
 *
 * The source that answers the URL says in which dialect and with which secret; a secret of the
 * environment or of a file goes before that of the configuration.
 */
import { readFileSync } from 'node:fs';
import { DIALECTS } from '../dialects/all.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { signedTarget } from '../dialects/signed-url.ts';
import type { Config } from '../server/config/config.ts';
import { DURATION } from '../server/config/setting.ts';
import { placesOf } from '../server/config/source-schema.ts';
import { type RequestTarget, readTarget } from '../server/http/target.ts';
import { findPlace } from '../server/places.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** Where the secret stands, unless it is in a file or in the configuration. */
const KEY_VARIABLE = 'FOVEA_SIGNING_KEY';

export interface SignFlags {
  /** Without a configuration: the language of the URL, and the prefix it stands below. */
  readonly dialect?: unknown;
  readonly mount?: unknown;
  readonly keyFile?: unknown;
  readonly expires?: unknown;
  readonly json?: unknown;
}

/**
 * Prints the signed URL.
 *
 * @param config absent with `--dialect`
 * @throws UsageError for flags that cannot be meant, and where no source answers
 */
export function signUrl(
  config: Config | undefined,
  url: string,
  flags: SignFlags,
  { env, out }: Pick<Surroundings, 'env' | 'out'>,
): void {
  const target = readTarget(url, undefined);
  if (target === undefined) throw wrong('expected a URL or a path that begins with "/"');
  const place = config === undefined ? placeOfFlags(flags, target.path) : placeOf(config, target);
  const key = keyOf(flags, env) ?? place.tokens[0];
  if (key === undefined) {
    throw wrong(`expected a secret in ${KEY_VARIABLE}, --key-file or the source, got none`);
  }
  const until = untilOf(flags.expires, Date.now());
  // The slash before a query, or at the end of a bare host, may be ours
  const own = url.endsWith(place.rest) ? place.rest : place.rest.slice(1);
  const before = url.slice(0, url.length - own.length);
  const signed = before + signedTarget(place.dialect, key, place.rest, until);
  if (flags.json !== true) return out(`${signed}\n`);
  const { dialect } = place;
  out(`${JSON.stringify({ url: signed, dialect, ...(until === undefined ? {} : { until }) })}\n`);
}

/** Where a URL belongs to. */
interface SigningPlace {
  readonly dialect: Dialect['name'];
  /** The raw target below the mount, which is signed. */
  readonly rest: string;
  readonly tokens: readonly string[];
}

function placeOf(config: Config, target: RequestTarget): SigningPlace {
  const places = config.sources.map((source) => ({
    source,
    hosts: source.hosts,
    ...(source.mount === undefined ? {} : { prefix: source.mount }),
  }));
  const found = findPlace(places, target);
  if (found === undefined) {
    const known = config.sources.flatMap(placesOf).join(', ') || 'none';
    throw wrong(`expected a URL that a source answers; they answer at: ${known}`);
  }
  const { dialect, signing } = found.place.source;
  return { dialect, rest: found.rest, tokens: signing?.tokens ?? [] };
}

function placeOfFlags({ dialect, mount }: SignFlags, path: string): SigningPlace {
  const name =
    typeof dialect === 'string' && Object.hasOwn(DIALECTS, dialect) ? dialect : undefined;
  if (name === undefined) {
    throw wrong('expected --config FILE, or --dialect fastly, imgix or imageoptim');
  }
  const prefix = typeof mount === 'string' ? mount.replace(/\/$/, '') : '';
  const found = findPlace([{ prefix, hosts: [] }], { path });
  if (found === undefined) throw wrong(`expected a URL below ${prefix}`);
  return { dialect: name as Dialect['name'], rest: found.rest, tokens: [] };
}

function keyOf({ keyFile }: SignFlags, env: Surroundings['env']): string | undefined {
  if (typeof keyFile !== 'string') return env[KEY_VARIABLE] || undefined;
  const key = readFileSync(keyFile, 'utf8').replace(/\r?\n$/, '');
  if (key === '') throw wrong(`expected a secret in the file ${keyFile}, got nothing`);
  return key;
}

/** Seconds since 1970: those that are given, those of a date, or so long from now. */
function untilOf(expires: unknown, now: number): number | undefined {
  if (typeof expires !== 'string') return undefined;
  if (/^\d{9,12}$/.test(expires)) return Number(expires);
  const reading = DURATION.read(expires);
  if ('value' in reading) return Math.ceil((now + reading.value) / 1000);
  const date = /^\d{4}-\d\d-\d\d/.test(expires) ? Date.parse(expires) : Number.NaN;
  if (Number.isNaN(date)) {
    throw wrong('expected a duration such as 1h, a date, or seconds since 1970 for --expires');
  }
  return Math.floor(date / 1000);
}

function wrong(problem: string): UsageError {
  return new UsageError([problem]);
}
