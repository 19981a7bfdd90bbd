/**
 * Fronts protocol: what the server and its front processes say to one another.
 *
 * Short messages go over the channel of the process, in order; requests that a front cannot answer
 * go over a local socket, each as one HTTP exchange whose head is a JSON text in a header.
 */

import type { HeldAnswer, Renewal } from '../hits/hit-table.ts';
import type { Conditions } from '../hits/plain-request.ts';
import type { HeaderPolicy, HttpResponse } from '../http/http-message.ts';
import type { SavingsCounts } from '../savings/savings-counts.ts';
import type { LogLevel } from '../telemetry/log.ts';
import type { Tally } from '../telemetry/metrics.ts';

/** What a front is told at its start. */
export interface FrontSettings {
  /** Path of the server's local socket, and what opens it. */
  readonly socket: string;
  readonly token: string;
  readonly host: string;
  readonly port: number;
  /** Connections at once, of this front. */
  readonly connections: number;
  /** The same of one client address; 0 for no limit. */
  readonly connectionsPerAddress: number;
  /** Longest wait for running answers when stopping, in milliseconds. */
  readonly grace: number;
  /** Bytes of answers that it may hold. */
  readonly memory: number;
  readonly policy: HeaderPolicy;
  readonly level: LogLevel;
  readonly access: boolean;
}

/** An address and a variant of its answer. */
export type HeldName = readonly [target: string, serial: number];

/** Answers given from a front's table since it last said so, of a source and dialect in a format. */
export interface Count extends Readonly<Tally> {
  readonly source: string;
  readonly dialect: string;
  readonly format: string;
  /** Requests with a parameter without effect, by its name. */
  readonly shortfalls: Readonly<Record<string, number>>;
  /** What they count in the ledger. */
  readonly savings: SavingsCounts;
}

/** From the server to a front. */
export type ToFront =
  | { readonly kind: 'begin'; readonly settings: FrontSettings }
  /** Drop what is held of these renditions, or everything, and what was given out before. */
  | { readonly kind: 'drop'; readonly generation: number; readonly keys?: readonly string[] }
  /** What answers go out with from now on. */
  | { readonly kind: 'policy'; readonly policy: HeaderPolicy }
  /** In the order that was asked; null for an answer that is no longer the one. */
  | {
      readonly kind: 'renewed';
      readonly question: number;
      readonly answers: readonly (Renewal | null)[];
    }
  | { readonly kind: 'count' }
  | { readonly kind: 'stop' };

/** From a front to the server. */
export type FromFront =
  /** It listens to what it is told: what comes before is lost. */
  | { readonly kind: 'up' }
  | {
      readonly kind: 'listening';
      readonly address: string;
      readonly port: number;
      readonly family: string;
    }
  | { readonly kind: 'failed'; readonly error: SystemFailure }
  | { readonly kind: 'dropped'; readonly generation: number }
  /** `ahead`: nobody waits yet, and what is about to be looked at again may be. */
  | {
      readonly kind: 'renew';
      readonly question: number;
      readonly asked: readonly HeldName[];
      readonly ahead: boolean;
    }
  | {
      readonly kind: 'counted';
      readonly counts: readonly Count[];
      readonly connections: number;
      /** Of the front, since its start, in milliseconds. */
      readonly processorTime: number;
    }
  | { readonly kind: 'log'; readonly lines: string };

/** An error of the system, as plain data. */
export interface SystemFailure {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** The header that carries the head of a request or of an answer. */
export const HEAD_HEADER = 'fovea-head';
/** The header that opens the local socket. */
export const TOKEN_HEADER = 'fovea-token';
/** Bytes of headers on the local socket: those of a request, as JSON in base64, with room to spare. */
export const MAX_HEAD = 256 * 1024;

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly remoteAddress?: string;
}

/** An answer without its body. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly close?: boolean;
  readonly picture?: HttpResponse['picture'];
  /** Length of the body. */
  readonly bytes: number;
  /** The body may be read as it is sent, it stands in a file. */
  readonly file: boolean;
  /** How it may be held, and the generation of what is held that it belongs to. */
  readonly held?: HeldAnswer & { readonly generation: number };
}

/** A head as the value of a header. */
export function headText(head: RequestHead | AnswerHead): string {
  return Buffer.from(JSON.stringify(head)).toString('base64');
}

/** @throws SyntaxError for what is no head */
export function readRequestHead(text: string): RequestHead {
  return JSON.parse(Buffer.from(text, 'base64').toString()) as RequestHead;
}

/** @throws SyntaxError for what is no head */
export function readAnswerHead(text: string): AnswerHead {
  return JSON.parse(Buffer.from(text, 'base64').toString()) as AnswerHead;
}

/** Conditions that came as JSON: what is not there is null in it. */
export function conditionsOf({ host, accept, read }: Conditions): Conditions {
  return {
    host: host ?? undefined,
    accept: accept ?? undefined,
    read: read.map(([name, value]) => [name, value ?? undefined]),
  };
}

/** Headers of a request as they are looked up: without a prototype, since names are the client's. */
export function headersOf(entries: RequestHead['headers']): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) headers[name] = value;
  return headers;
}
