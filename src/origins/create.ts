/**
 * Create: an origin from its configuration.
 *
 * Mistakes of the configuration are TypeErrors, thrown at the start of the
 * server and not at its first request.
 */
import { networkInterfaces } from 'node:os';
import { MissingBucketPackage } from '../s3/bucket.ts';
import { bucketOptions, folderPrefix } from '../s3/bucket-settings.ts';
import { openBucket, requireBucketPackage } from '../s3/open-bucket.ts';
import { addressGuard } from './address-guard.ts';
import { type AllowEntry, portOf, readAllowList } from './allow-list.ts';
import { FolderOrigin } from './folder.ts';
import { HttpOrigin, readBase } from './http.ts';
import { type HttpClientOptions, httpClient } from './http-client.ts';
import { DEFAULT_LIMITS, type OriginLimits } from './limits.ts';
import type { Origin } from './origin.ts';
import { lowerCaseNames } from './request-headers.ts';
import { S3Origin } from './s3.ts';
import { DEFAULT_TRAFFIC, type OriginTraffic } from './traffic.ts';
import { WebOrigin } from './web.ts';

/** How the servers of an origin are asked; the usual way where absent. */
type Traffic = Partial<Omit<OriginTraffic, 'headers'>>;

export type OriginConfig =
  /** `allow` names hosts that second pictures may come from. */
  | { readonly kind: 'folder'; readonly path: string; readonly allow?: readonly string[] }
  /** The host of the base is always allowed; `allow` names further hosts, for redirects and second pictures. */
  | ({
      readonly kind: 'http';
      readonly base: string;
      readonly allow?: readonly string[];
      /** Sent to the server of the base alone. */
      readonly headers?: Readonly<Record<string, string>>;
    } & Traffic)
  | ({ readonly kind: 'web'; readonly allow: readonly string[] } & Traffic)
  | S3OriginConfig;

/** A bucket; `allow` names hosts that second pictures may come from. */
export type S3OriginConfig = {
  readonly kind: 's3';
  readonly bucket: string;
  /** Folder in the bucket; sources lie below it. */
  readonly prefix?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  /** Both or none: what the surroundings give. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly allow?: readonly string[];
} & Traffic;

export interface OriginOptions extends Pick<HttpClientOptions, 'resolve' | 'ca' | 'loopToken'> {
  /** Where this server itself answers, as `host`, `host:port` or an address: never a source (13.9). */
  readonly selfAddresses?: readonly string[];
}

/** @throws TypeError for a configuration that cannot be meant */
export function createOrigin(
  config: OriginConfig,
  limits: Partial<OriginLimits> = {},
  options: OriginOptions = {},
): Origin {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const network = (allow: readonly AllowEntry[]) =>
    networkOf(allow, bounds, trafficOf(config), options);
  switch (config.kind) {
    case 'folder':
      return new FolderOrigin(config.path, bounds);
    case 'http': {
      const base = readBase(config.base);
      const own = readAllowList([`${base.url.hostname}:${portOf(base.url)}`]);
      const { guard, client } = network([...own, ...readAllowList(config.allow ?? [])]);
      return new HttpOrigin(base, guard, client);
    }
    case 's3':
      return s3Origin(config, bounds);
    case 'web': {
      if (config.allow.length === 0) {
        throw new TypeError('expected at least one allowed host for a web origin, got none');
      }
      const { guard, client } = network(readAllowList(config.allow));
      return new WebOrigin(guard, client);
    }
  }
}

function s3Origin(config: S3OriginConfig, limits: OriginLimits): S3Origin {
  try {
    requireBucketPackage();
  } catch (error) {
    if (error instanceof MissingBucketPackage) throw new TypeError(error.message);
    throw error;
  }
  const traffic = trafficOf(config);
  const { connections } = traffic;
  const { connectMs } = limits;
  return new S3Origin({
    ...{ limits, traffic, bucket: config.bucket, prefix: folderPrefix(config.prefix) },
    open: () => openBucket({ ...bucketOptions(config), connections, connectMs }),
  });
}

/**
 * Where second pictures come from whose absolute URL is not below the origin: the hosts that the
 * configuration lists. Absent where the origin itself reads such URLs, or none is listed.
 */
export function createElsewhere(
  config: OriginConfig,
  limits: Partial<OriginLimits> = {},
  options: OriginOptions = {},
): Origin | undefined {
  const hosts = config.kind === 'web' ? [] : readAllowList(config.allow ?? []);
  if (hosts.length === 0) return undefined;
  // What the base is told is not for other hosts
  const traffic = { ...trafficOf(config), headers: {} };
  const { guard, client } = networkOf(hosts, { ...DEFAULT_LIMITS, ...limits }, traffic, options);
  return new WebOrigin(guard, client);
}

function networkOf(
  allow: readonly AllowEntry[],
  limits: OriginLimits,
  traffic: OriginTraffic,
  { selfAddresses = [], ...client }: OriginOptions,
) {
  const guard = addressGuard({ allow, self: selfAddresses, localAddresses: ownAddresses() });
  return { guard, client: httpClient({ guard, limits, traffic, ...client }) };
}

function trafficOf(config: OriginConfig): OriginTraffic {
  if (config.kind === 'folder') return DEFAULT_TRAFFIC;
  const { headers, connections, keepAlive, retries, ...others } = { ...DEFAULT_TRAFFIC, ...config };
  const { breakerFailures, breakerWindow, breakerPause } = others;
  const breaker = { breakerFailures, breakerWindow, breakerPause };
  return { headers: lowerCaseNames(headers), connections, keepAlive, retries, ...breaker };
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address) ?? []);
}
