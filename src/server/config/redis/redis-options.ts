/**
 * Options of what several nodes have in common by Redis: rows of the table in `options.ts`.
 */
import { redisUrl, text } from '../../../base/options.ts';

export const REDIS_OPTIONS = {
  'redis.url': redisUrl({
    env: 'FOVEA_REDIS_URL',
    flag: 'redis-url',
    doc: 'Redis or Valkey that all nodes of a service share, such as redis://redis:6379 or, with TLS, rediss://name:password@redis:6380/1: each picture is then made by one of them, refined by any of them, and purged from all. While it cannot be reached each works alone. It needs packages beside the server (docs/operating.md).',
  }),
  'redis.passwordFile': text({
    env: 'FOVEA_REDIS_PASSWORD_FILE',
    flag: 'redis-password-file',
    values: 'a file',
    doc: 'File that holds the password, in place of one in the URL; relative to the configuration file.',
  }),
  'redis.prefix': text({
    env: 'FOVEA_REDIS_PREFIX',
    flag: 'redis-prefix',
    fallback: 'fovea',
    values: 'letters, digits, - and _',
    doc: 'What its keys and channels begin with there; another one for each service. Nodes of one service have the same sources.',
  }),
} as const;
