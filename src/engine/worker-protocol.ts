/**
 * Worker protocol: what the front asks of a render worker, and what comes back.
 *
 * Plain data that crosses the process border. Source bytes go by path; results
 * travel inline while they are small and as a file when they are not.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { Fault, type FaultCode } from '../base/fault.ts';
import type { Size } from '../base/size.ts';
import type { Credentials } from '../c2pa/cose.ts';
import type { FindingName, Findings } from '../image/findings.ts';
import type { FormatName } from '../image/format.ts';
import type { PictureLimits } from '../image/picture-limits.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Receipt } from '../optimizer/receipt.ts';
import type { Budget, Scores, WarmStart } from '../optimizer/task.ts';
import type { Plan } from '../plan/plan.ts';
import type { PartResult, SelfTestPart } from './self-test/self-test-part.ts';
import type { Study, StudyResult } from './studies/study.ts';
import type { Timings } from './timings.ts';
import type { TaskTrace } from './tracing/stopwatch.ts';
import type { VideoUse } from './video/video-use.ts';

/** The bytes of a source, or a file that should hold exactly them, which the worker checks. */
export type WorkerSource =
  | { readonly bytes: Uint8Array }
  | { readonly path: string; readonly length: number; readonly crc: number };

/** A picture beside the source. */
export interface WorkerPicture {
  /** The parameter that names it. */
  readonly param: string;
  /** SHA-256 of its content, hexadecimal; empty without one. */
  readonly hash: string;
  /** Absent: it could not be had. */
  readonly source?: WorkerSource;
}

export interface WorkerRequest {
  readonly id: number;
  /**
   * `render`: a rendition; `explain`: facts, program and prediction, no pixel decoded; `study`: what
   * encoders would make of the picture, and where a file differs from it.
   */
  readonly kind: 'render' | 'explain' | 'study';
  readonly source: WorkerSource;
  /** SHA-256 of its content, hexadecimal. */
  readonly sourceHash: string;
  /** The second pictures by their places in the plan. */
  readonly pictures?: readonly WorkerPicture[];
  /** Without one of them nothing is made. */
  readonly refusesAbsent?: true;
  /** Canonical. */
  readonly plan: Plan;
  readonly accepts: readonly FormatName[];
  readonly budget: Budget;
  readonly warmStart?: WarmStart;
  /** What the front knows of the source's pixels. */
  readonly findings?: Findings;
  readonly limits: PictureLimits;
  /** Threads that encoders may use; the pool grants more than one while other workers are idle. */
  readonly threads: number;
  /** For a plan that may become a video. */
  readonly video?: VideoUse;
  /** For a plan whose result is to be signed: what is public of who signs. */
  readonly credentials?: Credentials;
  /** Tell what happened when. */
  readonly traced?: true;
  /** Of a study: what is asked. */
  readonly study?: Study;
  /** Where a large result goes; the front owns the file afterwards. Absent: it travels inline however large. */
  readonly resultFile?: string;
}

/** A request before the pool has given it to a worker. */
export type UnassignedRequest = Omit<WorkerRequest, 'id' | 'threads'>;

/** Results up to this many bytes travel inline. */
export const INLINE_BYTES = 256 * 1024;

/** The bytes of a result, or the file they were written to, with what names and checks them. */
export type ResultBody = (
  | { readonly inline: Uint8Array }
  | { readonly file: string; readonly bytes: number; readonly crc: number }
) & {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
};

export interface WorkerResult {
  readonly body: ResultBody;
  readonly mediaType: string;
  readonly source: Size & { readonly format: FormatName; readonly bytes: number };
  readonly result: Size & { readonly format: FormatName; readonly bytes: number };
  readonly receipt?: Receipt;
  readonly warmStart?: WarmStart;
  /** What was found on the source that the front did not know. */
  readonly findings?: Findings;
  /** What could not be found out: the picture was made without it. */
  readonly failedFindings?: readonly FindingName[];
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: Timings;
  /** What happened when, where the request is traced. */
  readonly trace?: TaskTrace;
  /** A video was asked for and could not be made, so that a picture stands in for it. */
  readonly videoFailure?: {
    /** For the log; absent where the back end was not tried. */
    readonly reason?: string;
  };
  /** A manifest was to be signed and could not be, so that the picture goes without. */
  readonly signingFailure?: {
    /** For the log. */
    readonly reason: string;
  };
}

export interface ExplainResult {
  readonly info: SourceInfo;
  readonly program: readonly string[];
  readonly predicted?: string;
}

/** From the front to a worker. */
export type FrontMessage = WorkerRequest | SignatureAnswer | SelfTestRequest;

/** To a worker that does nothing else: what it is to try. */
export interface SelfTestRequest {
  readonly kind: 'self-test';
  readonly parts: readonly SelfTestPart[];
}

/** The answer to `sign`: the key never leaves the front, because a worker reads what strangers wrote. */
export type SignatureAnswer = { readonly kind: 'signed'; readonly id: number } & (
  | { readonly signature: Uint8Array }
  /** Why there is none; for the log. */
  | { readonly reason: string }
);

/** From a worker to the front. */
export type Message =
  /** It has rendered a test picture; `encoderVersion` names the encoders and their versions. */
  | { readonly kind: 'ready'; readonly encoderVersion: string }
  /** One part of a self-test is over. */
  | { readonly kind: 'tested'; readonly result: PartResult }
  /** `lost`: milliseconds in which the worker had no processor meanwhile. */
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly outcome: WorkerResult;
      readonly lost?: number;
    }
  /** The worker waits for a signature of these bytes for the task it has in hand. */
  | { readonly kind: 'sign'; readonly id: number; readonly payload: Uint8Array }
  /** After `done`, where the worker had nothing else to do: what a metric says of the result. */
  | { readonly kind: 'scored'; readonly id: number; readonly scores: Scores }
  | { readonly kind: 'explained'; readonly id: number; readonly outcome: ExplainResult }
  | { readonly kind: 'studied'; readonly id: number; readonly outcome: StudyResult }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: FaultText };

/** What a worker says of a task. */
export type TaskMessage = Exclude<Message, { kind: 'ready' | 'tested' }>;

/** A fault as plain data. */
export interface FaultText {
  readonly code: FaultCode;
  readonly message: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function faultText(error: unknown): FaultText {
  if (error instanceof Fault) {
    return {
      code: error.code,
      message: error.message,
      detail: { ...error.detail, cause: causeText(error.cause) },
    };
  }
  return {
    code: 'internal',
    message: 'Something went wrong while the picture was made.',
    detail: { cause: causeText(error) },
  };
}

export function faultFrom({ code, message, detail }: FaultText): Fault {
  return new Fault(code, message, detail);
}

function causeText(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
