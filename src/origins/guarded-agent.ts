/**
 * Guarded agent: connections to admitted addresses alone.
 *
 * Every address of a name is put before the guard, and the one at the far end
 * of a new connection once more (docs/spec/http.md 13.4, 13.5). What connects is
 * loaded when it is first needed: a server of folders never needs it.
 */
import { promises as dns } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Agent, Pool } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import { hostOf, portOf } from './allow-list.ts';
import type { OriginLimits } from './limits.ts';
import { DEFAULT_TRAFFIC, type OriginTraffic } from './traffic.ts';

type Undici = typeof import('undici');

export interface Resolved {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. @throws what node:dns throws */
export type Resolve = (host: string) => Promise<readonly Resolved[]>;

export interface HttpClientOptions {
  readonly guard: AddressGuard;
  readonly limits: OriginLimits;
  /** The usual one where absent. */
  readonly traffic?: OriginTraffic;
  readonly resolve?: Resolve;
  /** Further certificate authorities, PEM. */
  readonly ca?: string;
  /** What `CDN-Loop` says of this server (RFC 8586); one that comes back names a loop. */
  readonly loopToken?: string;
}

/** The connections of a client. */
export async function guardedAgent(options: HttpClientOptions): Promise<Agent> {
  const undici: Undici = await import('undici');
  const { connections, keepAlive } = options.traffic ?? DEFAULT_TRAFFIC;
  return new undici.Agent({
    factory: (origin, settings) => {
      const url = new URL(origin);
      const connect = connectorFor(url, options, undici);
      return new undici.Pool(url, { ...settings, connect } as Pool.Options);
    },
    connections,
    keepAliveTimeout: keepAlive,
    // A server that promises longer is believed no further than the operator
    keepAliveMaxTimeout: keepAlive,
    pipelining: 1,
    maxHeaderSize: options.limits.headerBytes,
    // Both are metered by the client, where one deadline spans all hops.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Code of the error where no address of a name is admitted. */
export const BLOCKED = 'FOVEA_BLOCKED';

function blocked(): Error {
  return Object.assign(new Error('no admitted address'), { code: BLOCKED });
}

function connectorFor(
  url: URL,
  { guard, limits, resolve = systemResolve, ca }: HttpClientOptions,
  { buildConnector }: Undici,
) {
  const host = hostOf(url);
  const port = portOf(url);
  const lookup: LookupFunction = (name, options, callback) => {
    resolve(name).then(
      (found) => {
        const usable = found.filter(({ address }) => guard.admits(address, host, port));
        const [first] = usable;
        if (!first) callback(blocked(), '');
        else if (options.all) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, ''),
    );
  };
  const connect = buildConnector({
    timeout: limits.connectMs,
    lookup,
    allowH2: false,
    ...(ca === undefined ? {} : { ca }),
  });
  const checked: typeof connect = (options, callback) =>
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      if (guard.admits(socket.remoteAddress ?? '', host, port)) return callback(null, socket);
      socket.destroy();
      callback(blocked(), null);
    });
  return checked;
}

/**
 * Resolution by the system, two names at a time: each lookup holds a thread of
 * the pool that files are read with, and a slow name server must not stop those.
 */
const systemResolve: Resolve = (() => {
  let free = 2;
  const waiting: (() => void)[] = [];
  return async (host) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await dns.lookup(host, { all: true });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
})();
