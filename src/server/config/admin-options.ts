/**
 * Options of the admin listener: rows of the table in `options.ts`.
 */
import { integer, text, toggle } from '../../base/options.ts';

export const ADMIN_OPTIONS = {
  'admin.host': text({
    env: 'FOVEA_ADMIN_HOST',
    flag: 'admin-host',
    fallback: '127.0.0.1',
    values: 'a host name or address',
    doc: 'Address of the admin listener.',
  }),
  'admin.port': integer({
    env: 'FOVEA_ADMIN_PORT',
    flag: 'admin-port',
    min: 0,
    max: 65535,
    doc: 'Port of the admin listener (`POST /purge`, `POST /reload`, `/metrics`, `/healthz`, `/readyz`), 0 for any that is free; without it there is none.',
  }),
  'admin.token': text({
    env: 'FOVEA_ADMIN_TOKEN',
    flag: 'admin-token',
    values: 'a secret of at least 16 characters',
    doc: 'Bearer token of the admin listener, for everything but health.',
  }),
  'admin.tokenFile': text({
    env: 'FOVEA_ADMIN_TOKEN_FILE',
    flag: 'admin-token-file',
    values: 'a file',
    doc: 'File that holds that token, in place of `admin.token`; relative to the configuration file.',
  }),
  'admin.purgeMethod': toggle({
    env: 'FOVEA_PURGE_METHOD',
    flag: 'purge-method',
    fallback: 'false',
    doc: 'Answer the method PURGE at every address, as Fastly does, to who sends the token in `Fastly-Key`.',
  }),
} as const;
