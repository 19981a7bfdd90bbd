/**
 * Dialect: the URL language of one service, as a front end.
 *
 * A dialect reads a request and gives a plan with diagnostics; it knows the
 * service's headers and error forms, and nothing about pixels, stores or the
 * network. Free of Node, so that it runs in the browser too.
 *
 * Invariant: `compile` never throws anything but a Fault, whatever it is handed.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Fault } from '../base/fault.ts';
import type { FreshnessPolicy } from '../base/freshness-policy.ts';
import type { Size } from '../base/size.ts';
import type { FormatName } from '../image/format.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { Plan } from '../plan/plan.ts';
import type { ParameterRules, Presets } from './lockdown.ts';
import type { FormatSettings } from './negotiation.ts';
import type { ParamTable } from './params.ts';

/** What a client asked, as a dialect sees it. */
export interface ImageRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** The raw request target after the mount, exactly as received; begins with "/" (or is empty). */
  readonly target: string;
  /** Lower-case names. Several lines of one name are joined with ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Types the client lists by name with q above 0 (docs/spec/http.md 1.2). */
  readonly accepts: ReadonlySet<FormatName>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A body with a picture came along (POST of the ImageOptim dialect). */
  readonly upload: boolean;
}

/** One mount of the configuration, as the dialect reads it. */
export interface DialectSettings extends FormatSettings {
  /** Name of the source in the configuration. */
  readonly name: string;
  /** The kind of origin behind it decides how a path names a source. */
  readonly origin: 'folder' | 'http' | 'web' | 's3';
  /** Tokens (imgix) or keys for signatures, in order of rotation, and whether one is required. */
  readonly signing?: { readonly tokens: readonly string[]; readonly required: boolean };
  /** What URLs may say; all where absent. */
  readonly parameters?: ParameterRules;
  /** Sets of parameters that URLs may name. */
  readonly presets?: Presets;
  /** imgix: parameters added to every request; Fastly: service defaults by their API names. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** What becomes of a request for something documented that this build lacks; `warn` by default. */
  readonly unsupported?: 'warn' | 'refuse';
  /** imgix and Fastly: what becomes of an SVG source; `pass` by default. */
  readonly svg?: 'pass' | 'rasterise';
  /** imgix: what becomes of a source that is no picture; `refuse` by default. */
  readonly notPictures?: 'refuse' | 'pass';
  /** Fastly: further names of parameters, each with the one it stands for. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Fastly: the certificates that C2PA manifests are signed with, by their hash; absent: none are written. */
  readonly signer?: string;
  /** imgix: hosts at whose root the source answers, which second pictures may name. */
  readonly hosts?: readonly string[];
  /** ImageOptim: the user names that are served; absent: site mode without a name. */
  readonly accounts?: readonly string[];
}

/** A picture beside the source, by its place in the list. */
export interface PictureRef {
  readonly ref: SourceRef;
  /** The parameter that names it. */
  readonly param: string;
}

export interface Compiled {
  readonly source: SourceRef;
  readonly plan: Plan;
  /** The second pictures of the plan. */
  readonly pictures?: readonly PictureRef[];
  /** Without one of them there is no answer: a Fault `bad-parameter`. */
  readonly refusesAbsent?: true;
  /** Takes the place of `plan` where the source turns out to be an SVG. */
  readonly svgPlan?: Plan;
  /** A source that is no picture is an answer too, as it is. */
  readonly passesNotPictures?: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly response: ResponsePolicy;
}

/** What the request says about the answer beside its pixels. */
export interface ResponsePolicy {
  /** Request headers that may change the answer, in lower case: "accept", "width", … */
  readonly vary: readonly string[];
  /** Further headers for a success, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name for `Content-Disposition: attachment`; absent: inline. Empty: from the path. */
  readonly download?: string;
  /** Freshness of the answer in seconds: what the dialect wants of the source's own age. */
  readonly freshness: FreshnessPolicy;
  /** Seconds that a CDN in front may keep the answer, told to it alone. */
  readonly cdnSeconds?: number;
  /** Longest time for the work, in seconds (ImageOptim `timeout`). */
  readonly deadline?: number;
  /** Formats this build reads and the service does not: a Fault `source-unsupported` for a plan that would read them. */
  readonly unread?: readonly FormatName[];
  /** Answers of POST are not for caches. */
  readonly noStore?: boolean;
}

/** The facts of a finished answer, for the dialect's own headers. */
export interface Delivery {
  readonly request: ImageRequest;
  readonly compiled: Compiled;
  readonly source: Size & { readonly format: FormatName; readonly bytes: number };
  readonly result: Size & { readonly format: FormatName; readonly bytes: number };
  /** Hex SHA-256 of the rendition's key. */
  readonly key: string;
  /** From the compiler and from the work itself. */
  readonly diagnostics: readonly Diagnostic[];
  /** The bytes of the source were delivered although a rendition was asked for, because of this. */
  readonly fallback?: Fault;
  /** The absolute URL of the source where it has a public one. */
  readonly canonical?: string;
}

/** How a dialect answers a fault. */
export type Refusal =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** With its media type; the server sends problem+json or plain text where this is absent. */
      readonly body?: { readonly mediaType: string; readonly text: string };
      /** For the default body. */
      readonly message: string;
      /** Seconds the error may be cached; 0: no-store. */
      readonly ttl: number;
    }
  /** Deliver the bytes of the source unchanged, with these headers. */
  | {
      readonly kind: 'source';
      readonly headers: Readonly<Record<string, string>>;
      readonly ttl: number;
    };

/** A default of a source that its dialect cannot use. */
export interface DefaultProblem {
  /** As it stands in the configuration. */
  readonly name: string;
  /** What was expected, and what was found. */
  readonly message: string;
}

export interface Dialect {
  readonly name: 'fastly' | 'imgix' | 'imageoptim';
  /** Methods it answers besides OPTIONS. */
  readonly methods: readonly ('GET' | 'HEAD' | 'POST')[];
  readonly params: ParamTable;
  /** `Content-Disposition` goes with downloads alone; else every answer has a name. */
  readonly namesDownloadsOnly?: boolean;
  /** Problems of a source's `defaults`, by name and value; absent where a dialect has none. */
  checkDefaults?(defaults: Readonly<Record<string, string>>): DefaultProblem[];
  /** The same of a source's `aliases`. */
  checkAliases?(aliases: Readonly<Record<string, string>>): DefaultProblem[];
  /** The plan and source a request names. @throws Fault when no image can be named at all */
  compile(request: ImageRequest, settings: DialectSettings): Compiled;
  /** The dialect's own headers for a success, lower-case names. */
  present(delivery: Delivery): Readonly<Record<string, string>>;
  /** The dialect's answer to a fault; `compiled` is absent when compiling failed. */
  refuse(fault: Fault, request: ImageRequest, compiled: Compiled | undefined): Refusal;
}
