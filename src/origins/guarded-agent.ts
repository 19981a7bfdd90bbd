/**
 * Guarded agent: connections to admitted addresses alone.
 *
 * Every address of a name is put before the guard, and the one at the far end
 * of a new connection once more, before a byte is sent on it, TLS included
 * (docs/spec/http.md 13.4, 13.5). Connections are those of `node:http`, which the server has
 * loaded anyhow; TLS is loaded when it is first needed.
 */
import { promises as dns } from 'node:dns';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { AddressGuard } from './address-guard.ts';
import { canonicalHost } from './allow-list.ts';
import type { OriginLimits } from './limits.ts';
import { DEFAULT_TRAFFIC, type OriginTraffic } from './traffic.ts';

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
export interface GuardedAgent {
  /**
   * The head of an answer to a GET; its body is still to be read, or destroyed.
   *
   * @param signal ends request and body
   * @throws the system's error, or one with the code `BLOCKED`
   */
  get(url: URL, headers: Headers, signal: AbortSignal): Promise<IncomingMessage>;
  close(): Promise<void>;
}

type Headers = Readonly<Record<string, string>>;

/** Code of the error where no address of a name is admitted. */
export const BLOCKED = 'FOVEA_BLOCKED';

export function guardedAgent(options: HttpClientOptions): GuardedAgent {
  const { limits, traffic = DEFAULT_TRAFFIC, ca } = options;
  const { connections, keepAlive } = traffic;
  // A server that promises longer is believed no further than the operator.
  const common = { keepAlive: true, maxSockets: connections, timeout: keepAlive };
  const plain = guarded(new Agent(common), options);
  let secure: Promise<Agent> | undefined;
  const secureAgent = async () => {
    const tls = await import('node:https');
    const own = { ...common, ALPNProtocols: ['http/1.1'], ...(ca === undefined ? {} : { ca }) };
    return guarded(new tls.Agent(own), options);
  };
  const agentOf = async ({ protocol }: URL) => {
    if (protocol !== 'https:') return plain;
    secure ??= secureAgent();
    return await secure;
  };
  return {
    async get(url, headers, signal) {
      const asked = { agent: await agentOf(url), headers, maxHeaderSize: limits.headerBytes };
      try {
        return await once(url, asked, signal);
      } catch (error) {
        if (!(error instanceof ClosedMeanwhile) || signal.aborted) throw error;
        return await once(url, asked, signal);
      }
    },
    async close() {
      plain.destroy();
      (await secure)?.destroy();
    },
  };
}

/** A connection that was kept was closed by its server just when it was used again: nothing was answered yet. */
class ClosedMeanwhile extends Error {
  readonly code = 'ECONNRESET';
}

function once(url: URL, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const asking = request(url, options);
    let answer: IncomingMessage | undefined;
    // Destroying the request alone would end a body that is still read as if it were whole.
    const stop = () => void (answer ?? asking).destroy(aborted());
    signal.addEventListener('abort', stop, { once: true });
    asking
      .once('response', (head) => {
        answer = head;
        // Without a listener, a body nobody has begun to read would throw on abort.
        head.on('error', () => {});
        resolve(head);
      })
      .on('error', (error) => {
        const closed = asking.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        reject(closed ? new ClosedMeanwhile(error.message, { cause: error }) : error);
      })
      .once('close', () => signal.removeEventListener('abort', stop))
      .end();
  });
}

function aborted(): Error {
  return Object.assign(new Error('the transfer was stopped'), { code: 'ABORT_ERR' });
}

function blocked(): Error {
  return Object.assign(new Error('no admitted address'), { code: BLOCKED });
}

/** An agent whose connections are watched from their first moment: nothing is sent before their address is admitted. */
function guarded(agent: Agent, { guard, limits, resolve = systemResolve }: HttpClientOptions) {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options) => {
    const port = Number(options.port);
    const host = canonicalHost(String(options.host));
    const admits = (address: string) => guard.admits(address, host, port);
    const lookup = lookupOf(resolve, admits);
    const wanted = { ...options, lookup, noDelay: true };
    const socket = connect(wanted) as Socket;
    const late = () => socket.destroy(Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, limits.connectMs).unref();
    const done = () => clearTimeout(timer);
    socket
      .prependOnceListener('connect', () => {
        if (!admits(socket.remoteAddress ?? '')) socket.destroy(blocked());
      })
      .once('encrypted' in socket ? 'secureConnect' : 'connect', done)
      .once('close', done);
    return socket;
  };
  return agent;
}

function lookupOf(resolve: Resolve, admits: (address: string) => boolean): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (found) => {
        const usable = found.filter(({ address }) => admits(address));
        const [first] = usable;
        if (!first) callback(blocked(), '');
        else if (options.all) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, ''),
    );
  };
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
