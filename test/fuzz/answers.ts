/** What every answer keeps to, whatever was asked and whatever the source was. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { bodyLength, isFileBody } from '../../src/base/body.ts';
import { FAULTS } from '../../src/base/fault.ts';
import type { HttpResponse } from '../../src/server/http/http-message.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** What a client must never read: where this machine keeps things, and where the code stood. */
const SECRETS = [root, '/node_modules/', 'node:internal'];
const STACK = /\n\s+at |\.[jt]s:\d+/;

/** Statuses that an answer may have: those of the faults, of the dialects, and of HTTP itself. */
const STATUSES = new Set<number>([
  ...Object.values(FAULTS).map(({ status }) => status as number),
  ...[200, 204, 206, 304, 405, 412, 416, 421, 501],
]);

/** The status is of the table and no 500, the headers are safe, nothing internal is told. */
export function expectSafe(answer: HttpResponse, homes: readonly string[] = []): void {
  const { status, headers, body } = answer;
  expect(status).not.toBe(500);
  expect(STATUSES.has(status), `status ${status}`).toBe(true);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['cache-control']).toMatch(/^(no-store|(public|private), max-age=\d+)$/);
  for (const [name, value] of Object.entries(headers)) {
    expect(/^[\t\x20-\x7e\x80-\xff]*$/.test(value), `header ${name}: ${value}`).toBe(true);
  }
  const told = [
    JSON.stringify(headers),
    ...(status >= 400 && !isFileBody(body) ? [Buffer.from(body).toString('utf8')] : []),
  ].join('\n');
  for (const secret of [...SECRETS, ...homes]) expect(told).not.toContain(secret);
  expect(told).not.toMatch(STACK);
  if (status >= 400) {
    expect(headers['content-type']).toMatch(/^(text\/plain|application\/([a-z0-9]+\+)?json)/);
    expect(isFileBody(body)).toBe(false);
    expect(bodyLength(body)).toBeLessThan(2000);
  }
}

/** Runs of a property, counted and not timed: FUZZ=20 for twenty times as many. */
export function effort(numRuns: number): { readonly numRuns: number } {
  return { numRuns: numRuns * Number(process.env.FUZZ ?? 1) };
}
