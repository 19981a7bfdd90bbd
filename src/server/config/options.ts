/**
 * The options of the server: one row per scalar setting, under its path in
 * the configuration. The schema, environment, flags and the reference page
 * all read this table; what is a list (`sources`) stands in `config.ts`.
 */
import {
  bytes,
  duration,
  httpUrl,
  integer,
  type OptionValue,
  rate,
  share,
  text,
  texts,
  toggle,
  word,
} from '../../base/options.ts';
import { isAddressRange } from '../limits/client-address.ts';
import { ADMIN_OPTIONS } from './admin-options.ts';
import { BUCKET_OPTIONS } from './bucket/bucket-options.ts';
import { PAGE_OPTIONS } from './page-options.ts';
import { PURGE_OPTIONS } from './purge/purge-options.ts';
import { REDIS_OPTIONS } from './redis/redis-options.ts';

export const OPTIONS = {
  'listen.host': text({
    env: 'FOVEA_HOST',
    flag: 'host',
    fallback: '127.0.0.1',
    values: 'a host name or address',
    doc: 'Address to listen on; 0.0.0.0 for all.',
  }),
  'listen.port': integer({
    env: 'FOVEA_PORT',
    flag: 'port',
    fallback: '8080',
    min: 0,
    max: 65535,
    doc: 'Port to listen on; 0 for any that is free.',
  }),
  'listen.fronts': integer({
    env: 'FOVEA_FRONTS',
    flag: 'fronts',
    fallback: '1',
    min: 1,
    max: 64,
    doc: 'Processes that accept connections and answer hits; 1: the server does it itself. With more, each has its share of the connections, of all and of one address, and of as much memory again as cache.memory.',
  }),
  'listen.connections': integer({
    env: 'FOVEA_CONNECTIONS',
    flag: 'connections',
    fallback: '4096',
    min: 1,
    max: 1_000_000,
    doc: 'Connections at once, fewer where the limit of open files asks for it; at the limit idle ones are closed, and where none is idle new clients are told 503.',
  }),
  'listen.connectionsPerAddress': integer({
    env: 'FOVEA_CONNECTIONS_PER_ADDRESS',
    flag: 'connections-per-address',
    fallback: '256',
    min: 0,
    max: 1_000_000,
    doc: 'Connections at once of one client address (of IPv6: the first 64 bits); 0 for no limit. A proxy in front is one address.',
  }),
  'listen.requests': integer({
    env: 'FOVEA_REQUESTS',
    flag: 'requests',
    fallback: '2048',
    min: 1,
    max: 1_000_000,
    doc: 'Pictures worked on at once, those that wait for a worker included; more are answered 503 before any work.',
  }),
  'listen.drain': duration({
    env: 'FOVEA_DRAIN',
    flag: 'drain',
    fallback: '0s',
    doc: 'When told to stop: time to go on answering while /readyz says 503, so that a load balancer can look elsewhere first; a second signal ends at once.',
  }),
  'listen.grace': duration({
    env: 'FOVEA_GRACE',
    flag: 'grace',
    fallback: '10s',
    doc: 'Longest wait for running answers when the server stops.',
  }),
  'cache.folder': text({
    env: 'FOVEA_CACHE_FOLDER',
    flag: 'cache-folder',
    fallback: './.fovea',
    values: 'a folder',
    doc: 'Where sources and renditions are kept; relative to the configuration file.',
  }),
  'cache.size': bytes({
    env: 'FOVEA_CACHE_SIZE',
    flag: 'cache-size',
    fallback: '512MB',
    min: 1_000_000,
    doc: 'Disk space for sources and renditions together.',
  }),
  'cache.memory': bytes({
    env: 'FOVEA_CACHE_MEMORY',
    flag: 'cache-memory',
    doc: 'Memory for the renditions asked for most; by default a sixteenth of the disk space.',
  }),
  'cache.former': toggle({
    env: 'FOVEA_CACHE_FORMER',
    flag: 'cache-former',
    fallback: 'true',
    doc: 'After an upgrade: serve what the former version has made, fresh for a minute at a time, while it is made again in the background; without it visitors wait for the new one.',
  }),
  'cache.reload': word(['ignore', 'revalidate'], {
    env: 'FOVEA_CACHE_RELOAD',
    flag: 'cache-reload',
    fallback: 'ignore',
    doc: 'What a request with `Cache-Control: no-cache` or `max-age` asks for: nothing, since anybody may send it; or that the origin is asked whether its source has changed. Nothing is made anew of a source that has not.',
  }),
  ...BUCKET_OPTIONS,
  workers: integer({
    env: 'FOVEA_WORKERS',
    flag: 'workers',
    min: 1,
    max: 256,
    doc: 'Render processes; by default one per core that is really there.',
  }),
  workerPermissions: toggle({
    env: 'FOVEA_WORKER_PERMISSIONS',
    flag: 'worker-permissions',
    fallback: 'true',
    doc: "Render processes run under Node's permission model: they read the packages of the server and its cache, write large results there, and nothing else.",
  }),
  refine: toggle({
    env: 'FOVEA_REFINE',
    flag: 'refine',
    fallback: 'true',
    doc: 'Improve stored renditions in the background.',
  }),
  playground: toggle({
    env: 'FOVEA_PLAYGROUND',
    flag: 'playground',
    fallback: 'false',
    doc: 'Open the playground at /_fovea/, where whoever reaches the server may try out pictures of their own: for the machine of a developer or a closed network. It reads no source of the configuration.',
  }),
  latency: duration({
    env: 'FOVEA_LATENCY',
    flag: 'latency',
    fallback: '1s',
    doc: 'Time to work on a first answer, decoding included; what is left to gain is gained in the background.',
  }),
  'limits.sourceBytes': bytes({
    env: 'FOVEA_SOURCE_BYTES',
    flag: 'source-bytes',
    fallback: '50MB',
    min: 1,
    doc: 'Largest source that is read.',
  }),
  'limits.sourceTimeout': duration({
    env: 'FOVEA_SOURCE_TIMEOUT',
    flag: 'source-timeout',
    fallback: '30s',
    doc: 'Longest wait for a whole source.',
  }),
  'limits.pixels': integer({
    env: 'FOVEA_PIXELS',
    flag: 'pixels',
    fallback: '144000000',
    min: 1,
    max: 1_000_000_000,
    doc: 'Most pixels of one frame of a source; of GIF at most 100 million, of WebP 70, of AVIF 50, because they are decoded as a whole.',
  }),
  'limits.totalPixels': integer({
    env: 'FOVEA_TOTAL_PIXELS',
    flag: 'total-pixels',
    fallback: '150000000',
    min: 1,
    max: 4_000_000_000,
    doc: 'Most pixels of all frames of a source together.',
  }),
  'limits.frames': integer({
    env: 'FOVEA_FRAMES',
    flag: 'frames',
    fallback: '1000',
    min: 1,
    max: 100_000,
    doc: 'Most frames of an animation.',
  }),
  'limits.renderTimeout': duration({
    env: 'FOVEA_RENDER_TIMEOUT',
    flag: 'render-timeout',
    fallback: '60s',
    doc: 'Longest work on one picture; a worker that passes it is replaced.',
  }),
  'limits.queueWait': duration({
    env: 'FOVEA_QUEUE_WAIT',
    flag: 'queue-wait',
    fallback: '10s',
    doc: 'Longest wait for a render process; a request that would wait longer is refused with 503 and Retry-After.',
  }),
  'limits.videoTimeout': duration({
    env: 'FOVEA_VIDEO_TIMEOUT',
    flag: 'video-timeout',
    fallback: '30s',
    doc: 'Longest work of the video encoder on one video, at most half of limits.renderTimeout; past it the encoder is ended and the animation delivered as a picture.',
  }),
  'limits.uploadBytes': bytes({
    env: 'FOVEA_UPLOAD_BYTES',
    flag: 'upload-bytes',
    fallback: '50MB',
    min: 1,
    doc: 'Largest upload (ImageOptim dialect).',
  }),
  'limits.bodyMemory': bytes({
    env: 'FOVEA_BODY_MEMORY',
    flag: 'body-memory',
    fallback: '64MB',
    min: 1,
    doc: 'Memory for sources and uploads while they arrive; what would pass it is answered 503. Larger ones go to the disk.',
  }),
  'rates.requests': rate({
    env: 'FOVEA_RATE_REQUESTS',
    flag: 'rate-requests',
    doc: 'Requests for pictures of one client (an IPv4 address, or the first 64 bits of an IPv6 one), hits included; all of the number may come at once. More are answered 429 with Retry-After, RateLimit and RateLimit-Policy. No limit without it.',
  }),
  'rates.misses': rate({
    env: 'FOVEA_RATE_MISSES',
    flag: 'rate-misses',
    doc: 'The same of those among them for which a source has to be read or a picture made.',
  }),
  'rates.proxies': texts({
    env: 'FOVEA_PROXIES',
    flag: 'proxies',
    values: 'addresses and ranges such as 10.0.0.0/8, with commas between them or as a list',
    accepts: isAddressRange,
    doc: 'Proxies in front that are believed about who asks; without any, the client is the far end of the connection.',
  }),
  'rates.forwarded': word(['x-forwarded-for', 'forwarded'], {
    env: 'FOVEA_FORWARDED',
    flag: 'forwarded',
    fallback: 'x-forwarded-for',
    doc: 'The header in which they say it. It is read from its end, as far as they wrote it; the other one is not read.',
  }),
  'video.encoder': text({
    env: 'FOVEA_VIDEO_ENCODER',
    flag: 'video-encoder',
    fallback: 'auto',
    values: 'auto, off, node-av, or the path of an ffmpeg',
    doc: 'What makes videos of animations: auto takes the npm package node-av where it is installed, else the ffmpeg in PATH; without either, requests for a video are answered with 501.',
  }),
  'c2pa.certificate': text({
    env: 'FOVEA_C2PA_CERTIFICATE',
    flag: 'c2pa-certificate',
    values: 'a file',
    doc: 'Certificates that C2PA manifests are signed with, in PEM: that of the signer first, then those that it follows from; relative to the configuration file. Without it `metadata=c2pa` (Fastly dialect) has no effect.',
  }),
  'c2pa.privateKey': text({
    env: 'FOVEA_C2PA_PRIVATE_KEY',
    flag: 'c2pa-private-key',
    values: 'a file',
    doc: 'The private key of the first of them, in PEM without a passphrase: P-256, P-384, P-521, Ed25519, or RSA of at least 2048 bits.',
  }),
  'headers.resourcePolicy': word(['cross-origin', 'same-site', 'same-origin'], {
    env: 'FOVEA_RESOURCE_POLICY',
    flag: 'resource-policy',
    fallback: 'cross-origin',
    doc: 'Cross-Origin-Resource-Policy of every answer.',
  }),
  'headers.timing': toggle({
    env: 'FOVEA_TIMING',
    flag: 'timing',
    fallback: 'true',
    doc: 'Send Server-Timing, readable from any page.',
  }),
  'headers.age': word(['header', 'subtract'], {
    env: 'FOVEA_AGE',
    flag: 'age',
    fallback: 'header',
    doc: 'How old an answer is: said in Age, or taken off max-age for caches that do not read Age, such as nginx.',
  }),
  'headers.cdnControl': word(['CDN-Cache-Control', 'Surrogate-Control'], {
    env: 'FOVEA_CDN_CONTROL',
    flag: 'cdn-control',
    fallback: 'CDN-Cache-Control',
    doc: 'Header that tells a CDN the `cdnTtl` of a source: that of RFC 9213, or the one that Fastly reads.',
  }),
  'headers.tags': word(['off', 'Surrogate-Key', 'Cache-Tag'], {
    env: 'FOVEA_TAGS',
    flag: 'tags',
    fallback: 'off',
    doc: 'Header with the tags of a picture, by which a CDN in front can purge it: the name of its source, a tag of its own, and those that its origin sent. Surrogate-Key is that of Fastly, Cache-Tag that of Cloudflare.',
  }),
  'headers.cacheKey': toggle({
    env: 'FOVEA_CACHE_KEY',
    flag: 'cache-key',
    fallback: 'false',
    doc: 'Name the stored picture in Cache-Status (`key`), for a person who looks for a mistake.',
  }),
  ...PAGE_OPTIONS,
  ...ADMIN_OPTIONS,
  ...REDIS_OPTIONS,
  ...PURGE_OPTIONS,
  'metrics.token': text({
    env: 'FOVEA_METRICS_TOKEN',
    flag: 'metrics-token',
    values: 'a secret',
    doc: 'Opens /_fovea/metrics (Prometheus) to requests with this bearer token; closed without it.',
  }),
  'traces.endpoint': httpUrl({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    flag: 'traces-endpoint',
    doc: 'Where spans of OpenTelemetry go, as OTLP over HTTP; /v1/traces is added where the URL has no path. Without it nothing is traced; it needs packages beside the server (docs/operating.md).',
  }),
  'traces.ratio': share({
    env: 'FOVEA_TRACES_RATIO',
    flag: 'traces-ratio',
    fallback: '1',
    doc: 'Share of the traces begun here that are kept.',
  }),
  'traces.acceptParent': toggle({
    env: 'FOVEA_TRACES_ACCEPT_PARENT',
    flag: 'traces-accept-parent',
    fallback: 'false',
    doc: 'Take part in the trace that a request names in traceparent, and keep what it says is kept; for servers behind a proxy that is trusted to say so.',
  }),
  'log.level': word(['silent', 'error', 'warn', 'info', 'debug'], {
    env: 'FOVEA_LOG_LEVEL',
    flag: 'log-level',
    fallback: 'info',
    doc: 'What is written to the log.',
  }),
  'log.slow': duration({
    env: 'FOVEA_LOG_SLOW',
    flag: 'log-slow',
    doc: 'Time from which a request has a line of its own in the log, with what its stages took, such as 2s; without it none has.',
  }),
  'log.access': toggle({
    env: 'FOVEA_ACCESS_LOG',
    flag: 'access-log',
    fallback: 'true',
    doc: 'Log a line per request, at level info.',
  }),
} as const;

export type OptionName = keyof typeof OPTIONS;
export type OptionOf<Name extends OptionName> = OptionValue<(typeof OPTIONS)[Name]>;

/** All names, in the order of the table. */
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];
