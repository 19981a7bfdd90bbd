/**
 * Ask: one recorded request, sent to the Fovea that was named and to nothing else.
 *
 * Redirects are answers, not addresses to follow.
 */
import { parseList } from 'structured-headers';
import type { Agent } from 'undici';
import { type Scorer, sizeOf } from './compare.ts';
import type { Exhibit, Outcome } from './outcome.ts';
import type { Recorded, VendorAnswer } from './recorded.ts';

/** Largest answer that is read, in bytes. */
const LARGEST_BODY = 128 * 2 ** 20;

/** Characters of a refusal that are reported. */
const LONGEST_PROBLEM = 200;

export interface Asking {
  /** Scheme, host and port of the Fovea. */
  readonly base: string;
  /** Path prefix of its source, put before every target. */
  readonly mount: string;
  /** Host to send where the traffic names none. */
  readonly host: string | undefined;
  readonly accept: string;
  readonly agent: Agent;
  readonly scorer: Scorer;
}

/** Sends the request and sees what comes. Never throws for what an answer is. */
export async function ask(recorded: Recorded, asking: Asking): Promise<Exhibit> {
  const begin = performance.now();
  const { host, target } = recorded;
  const theirs = recorded.vendor?.body;
  const facts = { host, target, ...vendorFacts(recorded.vendor) };
  try {
    const answer = await answered(recorded, asking);
    const { status, type, body } = answer;
    const milliseconds = performance.now() - begin;
    const good = status < 400;
    const score = good && theirs ? await asking.scorer.score(theirs, body) : undefined;
    const outcome: Outcome = {
      ...facts,
      status,
      milliseconds,
      remarks: sentences(answer.warning),
      bytes: body.length,
      ...(good ? sizeOf(body) : { problem: textOf(body) }),
      ...(type === undefined ? {} : { type }),
      ...(score === undefined ? {} : { score }),
    };
    return { outcome, ours: good ? body : undefined, theirs };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const milliseconds = performance.now() - begin;
    const outcome = { ...facts, status: 0, problem, remarks: [], milliseconds };
    return { outcome, ours: undefined, theirs };
  }
}

async function answered(recorded: Recorded, { base, mount, host, accept, agent }: Asking) {
  const name = recorded.host ?? host;
  const headers = {
    accept: recorded.accept ?? accept,
    ...(name === undefined ? {} : { host: name }),
  };
  const {
    statusCode,
    headers: sent,
    body,
  } = await agent.request({
    origin: base,
    // As it was written: a URL object would write it anew
    path: `${mount}${recorded.target}`,
    method: 'GET',
    headers,
  });
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > LARGEST_BODY) throw new Error(`Expected at most ${LARGEST_BODY} bytes, got more.`);
    parts.push(part);
  }
  return {
    status: statusCode,
    type: single(sent['content-type'])?.split(';')[0],
    warning: single(sent['fovea-warning']),
    body: new Uint8Array(Buffer.concat(parts)),
  };
}

const single = (value: string | string[] | undefined) =>
  Array.isArray(value) ? value.join(', ') : value;

/** The sentences of a `Fovea-Warning`. */
function sentences(header: string | undefined): string[] {
  if (header === undefined) return [];
  try {
    return parseList(header).map(([value]) => String(value));
  } catch {
    return [header];
  }
}

function vendorFacts(vendor: VendorAnswer | undefined): Pick<Outcome, 'vendor'> {
  if (vendor === undefined) return {};
  const { status, type, bytes, body } = vendor;
  return {
    vendor: {
      status,
      ...(type === undefined ? {} : { type }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(body === undefined ? {} : sizeOf(body)),
    },
  };
}

function textOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 4 * LONGEST_PROBLEM));
  return text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_PROBLEM);
}
