/**
 * ConfigChecks: what of a configuration may be regretted, though it can be served. Pure.
 */
import type { Config } from '../../server/config/config.ts';
import { placesOf, type SourceConfig } from '../../server/config/source-schema.ts';
import { type Finding, sizeText } from './machine-checks.ts';

/** The cache folder as it is found. */
export interface CacheFacts {
  readonly writable: boolean;
  /** Bytes that are free there; undefined where the system does not say. */
  readonly free: number | undefined;
  /** Bytes that pictures take there already. */
  readonly used: number;
  /** Whether every user of the machine can read secrets in the file of the configuration. */
  readonly openSecrets: boolean;
}

export function configChecks(config: Config, facts: CacheFacts): Finding[] {
  const { admin, metrics, sources } = config;
  return [
    ...sources.flatMap((source) => sourceFindings(source, isPublic(config.listen.host))),
    cacheFinding(config, facts),
    ...(facts.openSecrets
      ? [
          {
            level: 'risk' as const,
            what: 'every user of this machine can read the secrets in the configuration',
            advice: 'chmod 600, or have them come by { env: NAME } or { file: PATH }',
          },
        ]
      : []),
    metrics.token === undefined
      ? { level: 'missing', what: 'metrics are closed', advice: 'metrics.token opens them' }
      : { level: 'good', what: 'metrics ask for a token' },
    admin.port === undefined
      ? { level: 'missing', what: 'nothing can be purged', advice: 'admin.port and admin.token' }
      : adminFinding(admin.host),
  ];
}

function adminFinding(host: string): Finding {
  const what = 'the admin listener asks for a token';
  if (!isPublic(host)) return { level: 'good', what };
  return {
    level: 'risk',
    what: `${what}, on an address that others reach (${host}), without TLS`,
    advice: 'admin.host: 127.0.0.1, or a network of your own',
  };
}

function sourceFindings(source: SourceConfig, reachable: boolean): Finding[] {
  const { name, origin, signing, parameters, widths } = source;
  const at = `source ${name} (${placesOf(source).join(', ')})`;
  const findings: Finding[] = [];
  const wide = origin.kind === 'web' ? origin.allow.filter(isWide) : [];
  if (wide.length > 0) {
    findings.push({
      level: 'risk',
      what: `${at} reads from any host below ${wide.join(', ')}`,
      advice: 'name the hosts in origin.allow, or require a signature',
    });
  }
  if (signing?.required)
    return [...findings, { level: 'good', what: `${at} asks for a signature` }];
  const bounded = parameters !== undefined || widths !== undefined;
  const what =
    signing === undefined
      ? `${at} takes unsigned URLs`
      : `${at} signs, and takes unsigned URLs all the same`;
  if (origin.kind === 'web') {
    const advice = 'with signing.required nobody else can have their pictures made here';
    return [...findings, { level: 'risk', what, advice }];
  }
  if (bounded || !reachable) return [...findings, { level: 'good', what: `${what}, in bounds` }];
  const advice = 'anybody can have any size made: signing, or widths, heights and parameters';
  return [...findings, { level: 'risk', what, advice }];
}

/** A suffix that anybody can have a host below of: one of a single name, or of a hosting service. */
function isWide(entry: string): boolean {
  return /^\*\.[^.]+$/.test(entry) || WIDE.some((suffix) => entry === `*.${suffix}`);
}

/** Suffixes below which anybody gets a host. */
const WIDE = [
  ...['amazonaws.com', 's3.amazonaws.com', 'cloudfront.net', 'blob.core.windows.net'],
  ...['googleusercontent.com', 'storage.googleapis.com', 'github.io', 'githubusercontent.com'],
  ...['co.uk', 'com.au', 'co.jp', 'herokuapp.com', 'netlify.app', 'pages.dev', 'vercel.app'],
];

function cacheFinding({ cache }: Config, { writable, free, used }: CacheFacts): Finding {
  const { folder, size } = cache;
  if (!writable) {
    return {
      level: 'broken',
      what: `the cache folder ${folder} cannot be written`,
      advice: 'give it to the user of the server, or name another as cache.folder',
    };
  }
  const what = `the cache folder ${folder} may take ${sizeText(size)}`;
  if (free === undefined || free + used >= size) return { level: 'good', what };
  const advice = `the disk has room for ${sizeText(free)} more: lower cache.size, or find more room`;
  return { level: 'risk', what, advice };
}

/** Every secret of a configuration. */
export function secretsOf({ sources, admin, metrics }: Config): string[] {
  const tokens = sources.flatMap(({ signing }) => signing?.tokens ?? []);
  return [...tokens, ...[admin.token, metrics.token].flatMap((token) => token ?? [])];
}

/** Whether others than this machine reach an address. */
function isPublic(host: string): boolean {
  return !/^(?:127\.|::1$|localhost$)/.test(host);
}
