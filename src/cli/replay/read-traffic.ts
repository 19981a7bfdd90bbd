/**
 * Traffic: a HAR file, an access log or a list of URLs, told apart by its first character that is
 * no space. Logs and lists are read line by line, so their length does not matter.
 */
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { readHar } from './read-har.ts';
import { readLine } from './read-line.ts';
import type { Recorded } from './recorded.ts';

/** Largest HAR file, which is read as a whole, in bytes. */
const LARGEST_HAR = 512 * 2 ** 20;

/** One request, and how much of the file stands before the next, 0..1. */
export interface Step {
  readonly recorded: Recorded | undefined;
  readonly done: number;
}

/** The requests of a file in their order; undefined for a line that says none. @throws Error, system errors */
export async function* readTraffic(path: string, host: string | undefined): AsyncGenerator<Step> {
  const file = await open(path);
  const head = Buffer.alloc(4096);
  let size: number;
  let length: number;
  try {
    ({ size } = await file.stat());
    ({ bytesRead: length } = await file.read(head, 0, head.length, 0));
  } finally {
    await file.close();
  }
  const start = head
    .toString('utf8', 0, length)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start.startsWith('{')) {
    if (size > LARGEST_HAR)
      throw new Error(`Expected a HAR file of at most 512 MiB, got ${size} bytes.`);
    const all = readHar((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''), host);
    for (const [i, recorded] of all.entries()) yield { recorded, done: (i + 1) / all.length };
    return;
  }
  const lines = createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let read = 0;
  for await (const line of lines) {
    read += Buffer.byteLength(line) + 1;
    const recorded = readLine(line);
    const other = recorded?.host !== undefined && host !== undefined && recorded.host !== host;
    yield { recorded: other ? undefined : recorded, done: Math.min(1, read / Math.max(1, size)) };
  }
}
