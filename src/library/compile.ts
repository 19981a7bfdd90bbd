/**
 * Compile: what a URL of a dialect asks for, without a server.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { DIALECTS } from '../dialects/all.ts';
import type { Dialect, DialectSettings } from '../dialects/dialect.ts';
import type { FormatName } from '../image/format.ts';
import type { SourceRef } from '../image/source-ref.ts';
import { canonicalize } from '../plan/canonicalize.ts';
import { type Key, planKey } from '../plan/key.ts';
import type { Plan } from '../plan/plan.ts';
import { printPlan } from '../plan/print.ts';

/** What a URL is read with. */
export interface CompileOptions {
  /** Formats that the client lists; AVIF and WebP by default. */
  readonly accepts?: readonly FormatName[];
  /** Request headers, names in lower case: client hints, for one. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, for links that expire; now by default. */
  readonly now?: number;
  /** How the source is configured: signing, defaults, kind of its origin. */
  readonly settings?: Partial<DialectSettings>;
}

/** A URL that was read. */
export interface CompiledTarget {
  /** Canonical and frozen: two URLs that mean the same have equal ones. */
  readonly plan: Plan;
  /** 64 hexadecimal digits that name the plan. */
  readonly key: Key;
  /** The plan for people, a step a line. */
  readonly text: string;
  /** Which source is meant. */
  readonly source: SourceRef;
  /** Formats of the client. */
  readonly accepts: readonly FormatName[];
  /** What has no effect, or another than one might expect. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The plan of a target, such as `/photo.jpg?w=300&fit=crop` in `imgix`. Pure.
 *
 * @param target raw, below the mount; begins with a slash
 * @throws Fault where it names no picture, is not signed as the settings want it, or has expired
 */
export function compile(
  dialect: Dialect['name'],
  target: string,
  options: CompileOptions = {},
): CompiledTarget {
  const { accepts = ['avif', 'webp'], headers = {}, now = Date.now(), settings = {} } = options;
  const compiled = DIALECTS[dialect].compile(
    { method: 'GET', target, headers, accepts: new Set(accepts), now, upload: false },
    { name: dialect, origin: 'folder', ...settings },
  );
  const plan = canonicalize(compiled.plan);
  const { source, diagnostics } = compiled;
  return { plan, key: planKey(plan), text: printPlan(plan), source, accepts, diagnostics };
}
