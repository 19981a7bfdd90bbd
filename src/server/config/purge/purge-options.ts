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
} as const;
