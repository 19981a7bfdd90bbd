/**
 * Connections: who gets a place, and who gives one up.
 *
 * At the limit a place is made by closing a connection that nobody works for:
 * first one whose last answer is given and whose client does not close, then
 * the one that has been idle longest. Where all are busy the new client is
 * told 503 and to come again, on a socket beside the limit.
 */
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HttpResponse } from '../http/http-message.ts';
import { Connection, type ConnectionObserver } from './connection.ts';
import { writeRaw } from './write-response.ts';

export interface ConnectionLimits {
  /** Connections at once. */
  readonly total: number;
  /** Connections at once of one client; 0 for no limit. */
  readonly perClient: number;
}

/** Shortest time without a request, in milliseconds, before a connection is closed for another. */
const MIN_IDLE = 250;
/** Sockets beside the limit that are being told to come again. */
const MAX_REFUSED = 64;
/** How long a refused client has to send its request and to read its answer, in milliseconds. */
const REFUSED_TIME = 2000;
/** Requests of all connections that may wait for their turn behind others of their connection. */
const MAX_WAITING = 10_000;
/** The share of the limit from which on idle connections are kept for a shorter time. */
const NEARLY_FULL = 0.75;

export class Connections implements ConnectionObserver {
  readonly #limits: ConnectionLimits;
  readonly #now: () => number;
  readonly #refusal: (method: string) => HttpResponse;
  readonly #open = new Map<Socket, Connection>();
  readonly #clients = new Map<string, Set<Connection>>();
  /** Longest idle first. */
  readonly #idle = new Set<Connection>();
  /** The last answer is given, and the client has not closed. */
  readonly #ending = new Set<Connection>();
  readonly #refused = new Set<Socket>();
  #waiting = 0;

  /**
   * @param now milliseconds of a clock that never goes back
   * @param refusal the answer to a client for whom there is no place
   */
  constructor(
    limits: ConnectionLimits,
    now: () => number,
    refusal: (method: string) => HttpResponse,
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#refusal = refusal;
  }

  get count(): number {
    return this.#open.size;
  }

  get nearlyFull(): boolean {
    return this.#open.size >= this.#limits.total * NEARLY_FULL;
  }

  /** The connection of a socket that was admitted. */
  of(socket: Socket): Connection | undefined {
    return this.#open.get(socket);
  }

  /** Whether a new socket has a place; one that has none is answered and closed here. */
  admit(socket: Socket): boolean {
    const client = clientOf(socket.remoteAddress);
    if (!this.#hasPlace(client)) {
      this.#refuse(socket);
      return false;
    }
    const connection = new Connection(socket, client, this);
    this.#open.set(socket, connection);
    const own = this.#clients.get(client);
    if (own === undefined) this.#clients.set(client, new Set([connection]));
    else own.add(connection);
    this.idle(connection);
    socket.once('close', () => this.#forget(connection));
    return true;
  }

  /** Ends everything at once. */
  destroyAll(): void {
    for (const socket of [...this.#open.keys(), ...this.#refused]) socket.destroy();
  }

  /** Ends what no answer is being made for on sockets that were refused. */
  destroyRefused(): void {
    for (const socket of this.#refused) socket.destroy();
  }

  busy(connection: Connection): void {
    this.#idle.delete(connection);
  }

  idle(connection: Connection): void {
    connection.idleSince = this.#now();
    this.#idle.delete(connection);
    this.#idle.add(connection);
  }

  ending(connection: Connection): void {
    this.#idle.delete(connection);
    if (this.#open.has(connection.socket)) this.#ending.add(connection);
  }

  mayWait(): boolean {
    return this.#waiting < MAX_WAITING;
  }

  waiting(change: number): void {
    this.#waiting += change;
  }

  overloaded(): HttpResponse {
    return this.#refusal('GET');
  }

  #hasPlace(client: string): boolean {
    const { total, perClient } = this.#limits;
    const own = this.#clients.get(client);
    if (perClient > 0 && client !== '' && own !== undefined && own.size >= perClient) {
      if (!this.#giveUp([...own].filter((c) => this.#ending.has(c)).at(0) ?? this.#idlest(own))) {
        return false;
      }
    }
    if (this.#open.size < total) return true;
    const [ending] = this.#ending;
    return this.#giveUp(ending ?? this.#idlest(this.#idle));
  }

  /** The connection that has been idle longest, and long enough. */
  #idlest(among: Iterable<Connection>): Connection | undefined {
    const latest = this.#now() - MIN_IDLE;
    let idlest: Connection | undefined;
    for (const connection of among) {
      if (!this.#idle.has(connection) || connection.idleSince > latest) continue;
      if (idlest === undefined || connection.idleSince < idlest.idleSince) idlest = connection;
      // These stand in their order
      if (among === this.#idle) break;
    }
    return idlest;
  }

  #giveUp(connection: Connection | undefined): boolean {
    if (connection === undefined) return false;
    this.#forget(connection);
    connection.socket.destroy();
    return true;
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection.socket)) return;
    this.#idle.delete(connection);
    this.#ending.delete(connection);
    const own = this.#clients.get(connection.client);
    own?.delete(connection);
    if (own?.size === 0) this.#clients.delete(connection.client);
  }

  /** Waits for the request, so that the answer is one to it, and says no. */
  #refuse(socket: Socket): void {
    const [oldest] = this.#refused;
    if (this.#refused.size >= MAX_REFUSED) oldest?.destroy();
    this.#refused.add(socket);
    const time = setTimeout(() => socket.destroy(), REFUSED_TIME).unref();
    socket.once('close', () => {
      clearTimeout(time);
      this.#refused.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    socket.once('data', (start: Buffer) => {
      const method = start.subarray(0, 5).toString('latin1') === 'HEAD ' ? 'HEAD' : 'GET';
      writeRaw(socket, this.#refusal(method));
    });
    // Read on, so that closing does not take the answer along
    socket.resume();
  }
}

/**
 * What counts as one client: an IPv4 address, or the first 64 bits of an IPv6
 * address, which is what one household or machine is given.
 */
export function clientOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4'
    ? parsed.toString()
    : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
