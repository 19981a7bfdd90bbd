/**
 * Connection: one client's socket, its requests in order, and its end.
 *
 * At most MAX_RUNNING requests of a connection are worked on at once. Those
 * that arrived in the same packets wait unbegun, and nothing more is read
 * until they have begun, so that one client with a thousand requests in
 * flight is one client with eight.
 *
 * An answer that ends the connection is followed by a moment of reading, so
 * that the client gets it; then the socket is destroyed, whatever the other
 * side does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpResponse } from '../http/http-message.ts';
import { Departure } from './departure.ts';
import { hurry, writeRaw } from './write-response.ts';

/** Requests of one connection that are worked on at once. */
export const MAX_RUNNING = 8;
/** A socket without a byte in either direction for this long is dropped, in milliseconds. */
export const IDLE_TIMEOUT = 120_000;
/** How long the other side is listened to after the last answer, in milliseconds. */
const LINGER = 2000;
/** Bytes that are read meanwhile. */
const MAX_LINGER = 64 * 1024 * 1024;

/** What a connection tells of itself. */
export interface ConnectionObserver {
  /** Work has begun where there was none. */
  busy(connection: Connection): void;
  /** Nothing is worked on and nothing waits. */
  idle(connection: Connection): void;
  /** The last answer is given; only the other side keeps the socket. */
  ending(connection: Connection): void;
  /** Whether one more request may wait, of all connections. */
  mayWait(): boolean;
  /** Requests that began or ceased to wait. */
  waiting(change: number): void;
  /** The answer to a request for which there is no room. */
  overloaded(): HttpResponse;
}

/** A request and its answer. */
export interface Exchange {
  readonly connection: Connection;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Of whoever waits for the answer. */
  readonly departure: Departure;
}

export class Connection {
  readonly socket: Socket;
  /** The client as far as limits go; see `clientOf`. */
  readonly client: string;
  /** When it last became idle, on the clock of its keeper. */
  idleSince = 0;
  readonly #observer: ConnectionObserver;
  readonly #running = new Set<Exchange>();
  #waiting: (() => void)[] = [];
  /** No further request is taken. */
  #ended = false;
  /** Answered when all that came before it is. */
  #last: (() => HttpResponse) | undefined;
  #lingering = false;
  #heldBack = false;
  #headersLate = false;
  #headerTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, client: string, observer: ConnectionObserver) {
    this.socket = socket;
    this.client = client;
    this.#observer = observer;
    socket.once('close', () => this.#closed());
  }

  /** Begins the work on a request, now or when there is room. */
  take(
    message: IncomingMessage,
    response: ServerResponse,
    work: (exchange: Exchange) => void,
  ): void {
    if (this.#ended) return;
    clearTimeout(this.#headerTimer);
    this.#headersLate = false;
    const start = () => this.#start(message, response, work);
    if (this.#running.size < MAX_RUNNING && this.#waiting.length === 0) return start();
    if (!this.#observer.mayWait()) return this.fail(() => this.#observer.overloaded());
    this.#waiting.push(start);
    this.#observer.waiting(1);
    this.#holdBack();
    this.socket.pause();
  }

  /** Whether a request may be answered at once: none is being answered, and none waits. */
  get free(): boolean {
    return !this.#ended && this.#running.size === 0 && this.#waiting.length === 0;
  }

  /** A request was answered at once; it counts as running as long as the system has not taken all of its answer. */
  answered(message: IncomingMessage, response: ServerResponse): void {
    clearTimeout(this.#headerTimer);
    this.#headersLate = false;
    if (this.socket.writableLength === 0) return this.#observer.idle(this);
    this.#start(message, response, () => hurry(response));
  }

  /** The answer now being written is the last: nothing that waits will begin. */
  end(): void {
    this.#ended = true;
    this.#last = undefined;
    this.#dropWaiting();
  }

  /**
   * No request can be read any more: answers what came before, then with
   * `answer`, and closes.
   */
  fail(answer: () => HttpResponse): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#last = answer;
    const latest = [...this.#running].at(-1);
    if (latest !== undefined && this.#waiting.length === 0 && !latest.message.complete) {
      // Its own body broke off: where it has no answer yet, this is it
      if (latest.response.headersSent) return this.linger();
      this.#running.delete(latest);
      latest.departure.leave();
    }
    this.#settle();
  }

  /**
   * The header of a request took too long. While other requests are worked on
   * we may be the one who did not read; then its time begins when they are done.
   */
  headersLate(answer: () => HttpResponse, milliseconds: number): void {
    const latest = [...this.#running].at(-1);
    const ours = this.#waiting.length > 0 || latest?.message.complete === true;
    if (!ours) return this.fail(answer);
    this.#headersLate = true;
    clearTimeout(this.#headerTimer);
    this.#headerTimer = setTimeout(() => {
      if (!this.#headersLate) return;
      if (this.#running.size === 0) this.fail(answer);
      else this.#headerTimer?.refresh();
    }, milliseconds).unref();
  }

  /** Reads and throws away for a moment, then destroys the socket. */
  linger(): void {
    const { socket } = this;
    if (this.#lingering || socket.destroyed) return;
    this.#ended = true;
    this.#lingering = true;
    this.#observer.ending(this);
    let left = MAX_LINGER;
    const discard = (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) socket.destroy();
    };
    // A listener of our own takes the socket from the parser, which would go on to find requests
    socket.on('data', discard);
    for (const other of socket.listeners('data')) {
      if (other !== discard) socket.removeListener('data', other as () => void);
    }
    socket.resume();
    this.destroySoon();
  }

  /** Destroys the socket after the time of lingering. */
  destroySoon(): void {
    this.#ended = true;
    this.#observer.ending(this);
    setTimeout(() => this.socket.destroy(), LINGER).unref();
  }

  /** Keeps the socket paused while requests wait. */
  #holdBack(): void {
    if (this.#heldBack) return;
    this.#heldBack = true;
    // Node resumes a socket with every message; what it does then must come before this
    this.socket.on('resume', () => {
      if (this.#waiting.length > 0) this.socket.pause();
    });
  }

  #start(
    message: IncomingMessage,
    response: ServerResponse,
    work: (exchange: Exchange) => void,
  ): void {
    const departure = new Departure();
    const running: Exchange = { connection: this, message, response, departure };
    if (this.#running.size === 0) this.#observer.busy(this);
    this.#running.add(running);
    response.on('close', () => {
      if (!response.writableFinished) departure.leave();
      this.#finished(running);
    });
    // A client that resets its connection is no event of ours
    message.on('error', () => departure.leave());
    response.on('error', () => departure.leave());
    work(running);
  }

  #finished(running: Exchange): void {
    if (!this.#running.delete(running)) return;
    const waited = this.#waiting.length > 0;
    while (this.#running.size < MAX_RUNNING && this.#waiting.length > 0) {
      this.#observer.waiting(-1);
      this.#waiting.shift()?.();
    }
    if (waited && this.#waiting.length === 0 && !this.#ended) this.socket.resume();
    // Work may take longer than a client may take to read
    if (this.#running.size > 0) this.socket.setTimeout(IDLE_TIMEOUT);
    this.#settle();
  }

  #settle(): void {
    if (this.socket.destroyed || this.#running.size > 0 || this.#waiting.length > 0) return;
    if (this.#last === undefined) {
      if (!this.#ended) this.#observer.idle(this);
      return;
    }
    // An answer on the way has ended the connection already
    if (!this.socket.writable) return;
    writeRaw(this.socket, this.#last());
    this.linger();
  }

  #dropWaiting(): void {
    this.#observer.waiting(-this.#waiting.length);
    this.#waiting = [];
  }

  #closed(): void {
    this.#ended = true;
    clearTimeout(this.#headerTimer);
    this.#dropWaiting();
    // Answers that were not yet at the head of the line are told by nobody else
    for (const { departure } of this.#running) departure.leave();
    this.#running.clear();
  }
}
