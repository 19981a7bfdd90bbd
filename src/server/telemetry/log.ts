/**
 * Log: one JSON line per event, to standard output.
 *
 * Targets are logged without their query, user info or signature: a query may
 * carry what its owner calls a secret. What is said in other words (messages of libraries,
 * details of faults) is written without what looks like one (base/redact.ts).
 *
 * Nobody waits for the reader of the log. Lines are gathered for a moment and
 * written together; while more than MAX_PENDING bytes are unread, further ones
 * are dropped, and counted in a line of their own once there is room.
 */
import type { Writable } from 'node:stream';
import { redacted } from '../../base/redact.ts';

export { loggable } from '../../base/loggable.ts';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** The same as `info`, with facts that are JSON already, without its braces, and hold no secret. */
  readonly written?: (json: string, message: string) => void;
  /** Takes whole lines of another process of this server. */
  readonly lines?: (lines: string) => void;
}

/** Numbers of levels in a line, as most readers of JSON logs know them. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: 60 } as const;

/** A log of lines such as `{"level":30,"time":1800000000000,"port":80,"msg":"listening"}`. */
export function createLog(least: LogLevel, to: Writable = process.stdout): Log {
  const writer = new LineWriter(to);
  const at = (level: Exclude<LogLevel, 'silent'>) =>
    LEVELS[level] < LEVELS[least]
      ? () => undefined
      : (facts: object, message: string) =>
          writer.write(lineOf(LEVELS[level], redacted(jsonOf(facts)).slice(1, -1), message));
  const written =
    LEVELS.info < LEVELS[least]
      ? () => undefined
      : (json: string, message: string) => writer.write(lineOf(LEVELS.info, json, message));
  const lines = (text: string) => writer.write(text);
  const levels = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { ...levels, written, lines };
}

/** Hands lines of another process on to a log, whatever kind it is. */
export function passLines(log: Log, text: string): void {
  if (log.lines !== undefined) return log.lines(text);
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { level, time: _, msg, ...facts }: Record<string, unknown> = JSON.parse(line);
    const name = (['debug', 'info', 'warn', 'error'] as const).find((one) => LEVELS[one] === level);
    log[name ?? 'info'](facts, String(msg));
  }
}

function lineOf(level: number, inner: string, message: string): string {
  const comma = inner === '' ? '' : ',';
  return `{"level":${level},"time":${Date.now()},${inner}${comma}"msg":${JSON.stringify(message)}}\n`;
}

/** An object as JSON; what cannot be written in it stands there as text. */
function jsonOf(facts: object): string {
  try {
    return JSON.stringify(facts);
  } catch {
    const texts = Object.entries(facts).map(([name, value]) => [name, String(value)]);
    return JSON.stringify(Object.fromEntries(texts));
  }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Bytes that may wait for the reader of the log. */
export const MAX_PENDING = 1_000_000;

/** Milliseconds for which lines are gathered: a write costs as much as the rest of a line. */
const GATHER = 50;

/** Writers that already know that their reader may go away. */
const guarded = new WeakSet<Writable>();

class LineWriter {
  readonly #to: Writable;
  #lines = '';
  #dropped = 0;

  constructor(to: Writable) {
    this.#to = to;
    if (guarded.has(to)) return;
    guarded.add(to);
    // A log whose reader has left is no reason to stop answering
    to.on('error', () => {});
  }

  write(line: string): void {
    if (this.#to.writableLength + this.#lines.length + line.length > MAX_PENDING) {
      this.#dropped += 1;
      return;
    }
    if (this.#lines === '') setTimeout(() => this.#flush(), GATHER);
    if (this.#dropped > 0) {
      this.#lines += `${JSON.stringify({ level: 40, time: Date.now(), lines: this.#dropped, msg: 'log lines were dropped' })}\n`;
      this.#dropped = 0;
    }
    this.#lines += line;
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (this.#to.writable) this.#to.write(lines);
  }
}
