/**
 * Logged ready: the answers of a table, each with the id of its request and its line in the access log.
 */
import type { HttpResponse } from '../http/http-message.ts';
import { requestIdOf } from '../http/request-id.ts';
import { type EndOptions, endOfReady } from '../request-end.ts';
import type { Ready, ReadyAnswer } from './hit-table.ts';
import type { Asked } from './plain-request.ts';

/** Holds answers that can be sent at once. */
export interface ReadyTable {
  /**
   * @param arrived when the request came, on the clock of `performance.now`
   * @param admits whether one more request of its client to a source is taken
   */
  answer(asked: Asked, id: string, arrived: number, admits?: Admits): ReadyAnswer | undefined;
}

/** Whether a request to a source is taken, by its name. */
export type Admits = (source: string) => boolean;

/** The ready answers of a table, logged and traced. @param admitsOf where requests of clients are counted */
export function loggedReady(
  table: ReadyTable | undefined,
  ends: Pick<EndOptions, 'access' | 'tracing'>,
  admitsOf?: (...of: Parameters<Ready>) => Admits,
): Ready {
  return (asked, from) => {
    const arrived = performance.now();
    const id = requestIdOf(asked.headers['x-request-id']);
    const ready = table?.answer(asked, id, arrived, admitsOf?.(asked, from));
    if (ready !== undefined) endOfReady(ends, asked, { id, arrived }, ready);
    return ready;
  };
}

/** A ready answer as plain data. */
export function responseOf({ head, body, picture }: ReadyAnswer): HttpResponse {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < head.length; at += 2) headers[head[at] ?? ''] = head[at + 1] ?? '';
  return { status: 200, headers, body, picture };
}
