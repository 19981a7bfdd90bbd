/**
 * Options of who is told of purges: rows of the table in `options.ts`.
 */
import { httpUrl, text } from '../../../base/options.ts';

export const PURGE_OPTIONS = {
  'purge.webhook': httpUrl({
    env: 'FOVEA_PURGE_WEBHOOK',
    flag: 'purge-webhook',
    doc: 'URL that is told of each purge by POST, such as one that purges a CDN in front: `{"id", "order", "sources", "renditions"}` as JSON, tried up to five times, by the node that took the purge.',
  }),
  'purge.tokenFile': text({
    env: 'FOVEA_PURGE_TOKEN_FILE',
    flag: 'purge-token-file',
    values: 'a file',
    doc: 'File with the bearer token that goes along, read for each; relative to the configuration file.',
  }),
  'purge.fastlyService': text({
    env: 'FOVEA_FASTLY_SERVICE',
    flag: 'fastly-service',
    values: 'the id of a service',
    doc: 'Fastly in front: its service, in which all that is purged here is purged by its tags. It needs `headers.tags: Surrogate-Key`.',
  }),
  'purge.fastlyToken': text({
    env: 'FOVEA_FASTLY_TOKEN',
    flag: 'fastly-token',
    values: 'a secret',
    doc: 'Token of Fastly with the scope `purge_select`.',
  }),
  'purge.fastlyTokenFile': text({
    env: 'FOVEA_FASTLY_TOKEN_FILE',
    flag: 'fastly-token-file',
    values: 'a file',
    doc: 'File that holds that token, in its place, read for each request; relative to the configuration file.',
  }),
  'purge.fastlyApi': httpUrl({
    env: 'FOVEA_FASTLY_API',
    flag: 'fastly-api',
    fallback: 'https://api.fastly.com',
    doc: 'Where Fastly is told.',
  }),
  'purge.cloudflareZone': text({
    env: 'FOVEA_CLOUDFLARE_ZONE',
    flag: 'cloudflare-zone',
    values: 'the id of a zone',
    doc: 'Cloudflare in front: its zone, in which all that is purged here is purged by its tags. It needs `headers.tags: Cache-Tag`.',
  }),
  'purge.cloudflareToken': text({
    env: 'FOVEA_CLOUDFLARE_TOKEN',
    flag: 'cloudflare-token',
    values: 'a secret',
    doc: 'Token of Cloudflare with the permission Cache Purge for that zone.',
  }),
  'purge.cloudflareTokenFile': text({
    env: 'FOVEA_CLOUDFLARE_TOKEN_FILE',
    flag: 'cloudflare-token-file',
    values: 'a file',
    doc: 'File that holds that token, in its place, read for each request; relative to the configuration file.',
  }),
  'purge.cloudflareApi': httpUrl({
    env: 'FOVEA_CLOUDFLARE_API',
    flag: 'cloudflare-api',
    fallback: 'https://api.cloudflare.com/client/v4',
    doc: 'Where Cloudflare is told.',
  }),
} as const;
