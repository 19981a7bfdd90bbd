/** Flags of `replay`, read as what they mean. */
import { ConfigError } from '../../server/config/config.ts';
import type { ReplayFlags } from './replay.ts';

const MOST_JOBS = 64;

/** @throws ConfigError where one cannot be read */
export function replayFlags(given: Readonly<Record<string, unknown>>): ReplayFlags {
  const jobs = Number(given.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS) {
    throw new ConfigError([
      `expected a whole number from 1 to ${MOST_JOBS} for --jobs, got ${given.jobs}`,
    ]);
  }
  return {
    to: baseOf(text(given.to)),
    mount: mountOf(text(given.mount) ?? ''),
    host: text(given.site)?.toLowerCase(),
    accept: text(given.accept) ?? '*/*',
    jobs,
    json: text(given.json),
    html: text(given.html),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function baseOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/';
  if (!plain) {
    throw new ConfigError([
      `expected http://HOST:PORT for --to, got ${given}; a path goes to --mount`,
    ]);
  }
  return url.origin;
}

function mountOf(given: string): string {
  const mount = given.endsWith('/') ? given.slice(0, -1) : given;
  if (mount !== '' && !/^\/[^\s?#]*$/.test(mount)) {
    throw new ConfigError([`expected a path such as /imgix for --mount, got ${given}`]);
  }
  return mount;
}
