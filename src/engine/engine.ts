/**
 * Engine: from a compiled request to a rendition.
 *
 * It locates and reads the source, asks the stores, lets identical work happen
 * once, admits the rest by its cost to the render workers, and keeps what they
 * give. It never decodes a pixel itself.
 */
import type { Body } from '../base/body.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Size } from '../base/size.ts';
import type { Compiled } from '../dialects/dialect.ts';
import type { FormatName } from '../image/format.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { Receipt } from '../optimizer/receipt.ts';
import type { Origin } from '../origins/origin.ts';
import type { DiskFailures } from '../stores/disk/failures.ts';
import type { StaleUse } from '../stores/freshness.ts';
import type { PrefixDeletion } from '../stores/shared-store.ts';
import type { Receiver, Spooled } from '../stores/spool.ts';
import type { TierStatus } from '../stores/store.ts';
import type { SharedTierStatus } from '../stores/write-behind.ts';
import type { EngineOptions } from './engine-options.ts';
import type { Asked } from './nodes/asked.ts';
import type { NodesStatus } from './nodes/nodes.ts';
import type { PoolStatus } from './pool/pool.ts';
import type { PurgeMarks } from './purge/purge-marks.ts';
import type { MarkTarget } from './purge/purge-target.ts';
import type { FormerVersions } from './renditions/former-versions.ts';
import type { Workbench } from './studies/workbench.ts';
import type { Timings } from './timings.ts';
import type { Span } from './tracing/span.ts';

/** One configured source: a name, and where its originals live. */
export interface Mount {
  readonly name: string;
  readonly origin: Origin;
  /** Where second pictures with an absolute URL come from; absent: from the origin. */
  readonly elsewhere?: Origin;
  /** Its answers are for the client alone, and no other source has its pictures. */
  readonly isPrivate?: true;
  /** Its part of the workers beside other sources; 1 where absent. */
  readonly weight?: number;
}

export interface RenderRequest {
  readonly mount: Mount;
  readonly compiled: Compiled;
  readonly accepts: ReadonlySet<FormatName>;
  /** The body of the request, for sources of kind `upload`. */
  readonly upload?: Spooled;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal;
  /** Answer from the store or not at all (`only-if-cached`). */
  readonly storedOnly?: boolean;
  /** Most seconds since the origin vouched for the source (`max-age`); absent: as long as it is fresh. */
  readonly maxAge?: number;
  /** Names the request in logs, here and at the origin. */
  readonly id?: string;
  /** How it was asked, for other nodes; undefined where only this one can know. */
  readonly asked?: () => Asked | undefined;
  /** Called before anything is read or made for it that was not in the store; what it throws ends the request. */
  readonly mayMake?: () => void;
  /** The span of the request, where it is traced. */
  readonly span?: Span;
}

/** How long an answer may be kept, and by whom. */
export interface Lifetime {
  /** Seconds the answer is fresh, counted from when it was stored. */
  readonly seconds: number;
  /** Seconds since it was stored here. */
  readonly age: number;
  /** Shared caches may keep it; false where the source said `private`. */
  readonly shared: boolean;
  /** The source forbids every cache. */
  readonly noStore: boolean;
  /** It is to be asked for again at every use. */
  readonly noCache?: boolean;
  /** What the source demands of caches once it is stale. */
  readonly revalidation?: 'must-revalidate' | 'proxy-revalidate';
  /** What caches may do with it once it is stale, in seconds. */
  readonly granted?: StaleUse;
  /** A better answer may come soon. */
  readonly unsettled?: true;
}

/** Why a request went forward (RFC 9211 2.2). */
export type Forward = 'uri-miss' | 'stale' | 'request' | 'method';

/** Where a rendition was stored: here, or (bucket) where all nodes keep theirs. */
export type Tier = 'memory' | 'disk' | 'bucket';

/** How the store took part (RFC 9211). */
export interface CacheFacts {
  /** The picture was stored, whether or not its source had to be asked for again. */
  readonly hit: boolean;
  /** Why it went forward: nothing was stored, the time of what was stored was over, the request wanted it, or its method did. */
  readonly forward?: Forward;
  /** Status of the origin, where it was asked over HTTP. */
  readonly forwardStatus?: number;
  readonly stored: boolean;
  /** This request waited for the work of another. */
  readonly collapsed: boolean;
  /** Of a hit: where the rendition was; absent for sources that are passed on. */
  readonly tier?: Tier;
}

export interface Rendition {
  /** A file where it is large or stored as it is. */
  readonly body: Body;
  readonly mediaType: string;
  /** Strong, quoted. */
  readonly etag: string;
  /** Of the source, as an HTTP date. */
  readonly lastModified?: string;
  readonly lifetime: Lifetime;
  readonly cache: CacheFacts;
  readonly timings: Timings;
  /** Hex SHA-256 of what the rendition is stored under. */
  readonly key: string;
  /** Absent for data outputs and delivered sources. */
  readonly receipt?: Receipt;
  /** Upright size, format and bytes of the source. */
  readonly source: Size & { readonly format: FormatName; readonly bytes: number };
  readonly result: Size & { readonly format: FormatName; readonly bytes: number };
  /** From the work itself; the compiler's own stand in `compiled`. */
  readonly diagnostics: readonly Diagnostic[];
  /** Public URL of the source, where it has one. */
  readonly canonical?: string;
  /** Names the sources, for purges: of one source the same list each time. */
  readonly tags?: readonly string[];
}

/** What `explain` shows. No pixel was decoded for it. */
export interface Explanation {
  readonly plan: string;
  readonly key: string;
  readonly source?: SourceInfo;
  readonly program?: readonly string[];
  readonly predicted?: string;
  readonly problem?: string;
  readonly receipt?: Receipt;
}

/** Numbers for readiness, logs and metrics; counts are since the start. */
export interface EngineStatus extends PoolStatus {
  /** Pictures waiting for the background worker, or being worked on by it. */
  readonly refining: number;
  /** First answers that had less than the time they take. */
  readonly cutShort: number;
  /** Renderings without what could not be found on their source, its model missing or failing. */
  readonly failedFindings: number;
  /** Purges, soft ones included. */
  readonly purges: number;
  /** Failures of the disk. */
  readonly diskFailures: number;
  /** Videos in whose place a picture was made, because their back end failed. */
  readonly videoFailures: number;
  /** Pictures without the C2PA manifest they should have, because it could not be signed. */
  readonly signingFailures: number;
  /** What is kept: renditions in memory, and sources and renditions on the disk. */
  readonly tiers: Readonly<Record<'memory' | 'disk', TierStatus>>;
  /** What all nodes keep together; absent where this one is alone. */
  readonly shared?: SharedTierStatus;
  /** Other nodes, where there are some. */
  readonly nodes?: NodesStatus;
}

/** A rendition with the time for which it is the answer. */
export interface Lent {
  readonly rendition: Rendition;
  /** Until when `near` gives the same, as far as time decides, in milliseconds since 1970. */
  readonly until: number;
}

/** What may change while an engine runs. */
export type EngineLimits = Pick<EngineOptions, 'refine' | 'limits' | 'latency' | 'tags'>;

/** What is to be purged: sources as requests name them, or a tag or an address that sources share. */
export type PurgeTarget =
  | {
      readonly kind: 'sources';
      readonly sources: readonly { readonly mount: Mount; readonly ref: SourceRef }[];
    }
  | Exclude<MarkTarget, { readonly kind: 'source' }>;

/** What a purge has taken away at once; whatever else it names is not served any more either. */
export interface PurgeCounts {
  readonly sources: number;
  readonly renditions: number;
  /** It holds after a restart; false where the disk does not take it. */
  readonly durable: boolean;
  /** Nodes that there were, this one included, and those that carried it out in time; absent where no other can be told. */
  readonly nodes?: number;
  readonly acknowledged?: number;
  /** What became of it in the bucket that nodes share; absent where there is none. */
  readonly bucket?: BucketPurge | undefined;
}

/** A purge in a bucket. */
export interface BucketPurge extends PrefixDeletion {
  /** Nodes that were away, or begin later, find it there; false where that is for when the bucket is back. */
  readonly marked: boolean;
}

export interface Engine {
  /** The rendition of a request, from the store or made now. @throws Fault */
  render(request: RenderRequest): Promise<Rendition>;
  /** The same at once, where nothing has to be waited for: in memory, of a source that was looked at a moment ago. */
  near(request: RenderRequest): Rendition | undefined;
  /** What `near` gives, for one who holds it for a while. */
  lend(request: RenderRequest): Lent | undefined;
  /** The bytes of the source as they are, with the media type of their magic bytes. @throws Fault */
  deliverSource(request: RenderRequest): Promise<Rendition>;
  /** Plan, program and prediction for a request. @throws Fault when the source cannot be read */
  explain(request: RenderRequest): Promise<Explanation>;
  /** For pictures that are kept nowhere; loaded by the first who asks for it. */
  workbench(): Promise<Workbench>;
  /** Takes in what becomes `RenderRequest.upload`. */
  readonly incoming: Receiver;
  /**
   * Purges sources and all that was made of them, second pictures included: they are gone at once, or
   * (soft) served while they are asked for again.
   *
   * @throws Fault for a source that no origin can have
   */
  purge(target: PurgeTarget, soft?: boolean): Promise<PurgeCounts>;
  /** The tag that a source alone has, on all that is made of it or with it. @throws Fault for one that no origin can have */
  tagOf(mount: Mount, ref: SourceRef): Promise<string>;
  /** True once a worker has shown that it can render, unless all have gone since and none comes up. */
  ready(): boolean;
  /** Whether a rendition of a source that is not stored would be made now; cheap, to be asked before a body is read. */
  admits(mount?: Mount): boolean;
  status(): EngineStatus;
  /** Has other limits hold from the next request on; what failed at an origin is tried again. */
  follow(settings: EngineLimits): void;
  /**
   * Stops taking work, ends what still runs, frees everything.
   *
   * @param milliseconds for what is done for other nodes; 0 by default, because any of them takes it up
   */
  close(milliseconds?: number): Promise<void>;
}

/** What `create.ts` puts in beside the stores. */
export interface EngineParts {
  readonly failures: DiskFailures;
  /** Takes uploads in. */
  readonly incoming: Receiver;
  /** Takes in what origins send. */
  readonly sourceBodies: Receiver;
  /** What is kept, by tier. */
  readonly tiers: () => EngineStatus['tiers'];
  /** What has been purged. */
  readonly marks: PurgeMarks;
  /** Whose renditions are served as well; absent: only those of the present one are. */
  readonly versions?: FormerVersions | undefined;
  /** What a request of another node means here; absent: nothing is done for others. @throws Fault */
  readonly requestOf?: ((asked: Asked) => RenderRequest | undefined) | undefined;
}
