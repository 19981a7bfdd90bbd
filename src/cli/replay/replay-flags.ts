/** Flags of `replay`, read as what they mean. */
import { baseOf, countFlag, textFlag as text } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import type { ReplayFlags } from './replay.ts';

const MOST_JOBS = 64;

/** @throws UsageError where one cannot be read */
export function replayFlags(given: Readonly<Record<string, unknown>>): ReplayFlags {
  return {
    to: baseOf(text(given.to), '--to', '; a path goes to --mount'),
    mount: mountOf(text(given.mount) ?? ''),
    host: text(given.site)?.toLowerCase(),
    accept: text(given.accept) ?? '*/*',
    jobs: countFlag(given.jobs, '--jobs', MOST_JOBS),
    json: text(given.json),
    html: text(given.html),
  };
}

function mountOf(given: string): string {
  const mount = given.endsWith('/') ? given.slice(0, -1) : given;
  if (mount !== '' && !/^\/[^\s?#]*$/.test(mount)) {
    throw new UsageError([`expected a path such as /imgix for --mount, got ${given}`]);
  }
  return mount;
}
