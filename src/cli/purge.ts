/**
 * The command `purge`: tells the admin listener of a running Fovea what to purge.
 */
import { readFileSync } from 'node:fs';
import type { PurgeOrder } from '../server/purge/purge-order.ts';
import { baseOf, textFlag } from './flags.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

export interface PurgeFlags {
  readonly order: PurgeOrder;
  /** Scheme, host and port of the admin listener. */
  readonly admin: string;
  readonly token: string;
}

/** Longest wait for the answer, in milliseconds. */
const TIMEOUT = 60_000;

const KINDS = ['url', 'source', 'tag', 'prefix'] as const;

/** @throws UsageError where they do not say one thing, or whom to tell */
export function purgeFlags(
  given: Readonly<Record<string, unknown>>,
  env: Surroundings['env'],
): PurgeFlags {
  const kinds = KINDS.filter((kind) => textFlag(given[kind]) !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    throw new UsageError(['expected one of --url, --source, --tag and --prefix']);
  }
  const name = textFlag(given.name);
  if (name !== undefined && kind !== 'source' && kind !== 'prefix') {
    throw new UsageError([`expected --name with --source or --prefix, got --${kind}`]);
  }
  const order = {
    [kind]: textFlag(given[kind]),
    ...(name === undefined ? {} : { name }),
    ...(given.soft === true ? { soft: true } : {}),
  } as PurgeOrder;
  const admin = baseOf(textFlag(given.admin) ?? textFlag(env.FOVEA_ADMIN), '--admin');
  if (admin === undefined)
    throw new UsageError(['expected --admin URL or FOVEA_ADMIN, got nothing']);
  return { order, admin, token: tokenOf(given, env) };
}

/** From the environment or a file, so that no list of processes shows it. */
function tokenOf(given: Readonly<Record<string, unknown>>, env: Surroundings['env']): string {
  const file = textFlag(given.tokenFile) ?? textFlag(env.FOVEA_ADMIN_TOKEN_FILE);
  const token =
    file === undefined ? textFlag(env.FOVEA_ADMIN_TOKEN) : readFileSync(file, 'utf8').trim();
  if (token !== undefined && token !== '') return token;
  throw new UsageError([
    'expected a token in FOVEA_ADMIN_TOKEN or in a file (--token-file), got nothing',
  ]);
}

/** Purges; true where it was done. @throws system errors */
export async function purge(
  { order, admin, token }: PurgeFlags,
  around: Surroundings,
): Promise<boolean> {
  const answer = await tell(`${admin}/purge`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/plain',
    },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await answer.text();
  if (answer.status !== 200) {
    around.err(`${admin} answers ${answer.status}: ${text.trim().slice(0, 300)}\n`);
    return false;
  }
  around.out(text);
  return true;
}

/** As `fetch`, but what hinders it is a system error. */
async function tell(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    const reason = cause?.code ?? (error instanceof Error ? error.message : String(error));
    throw new UsageError([`expected an admin listener at ${new URL(url).origin}: ${reason}`]);
  }
}
