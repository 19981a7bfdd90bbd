/** The mounts that rows ask at, and the configuration that has them. */
import { join } from 'node:path';

/** The tokens of the signed mounts. */
const TOKENS = ['FOO123bar', 'second-token'];

/** What stands before the targets of a mount. */
export const MOUNTS = {
  fastly: '/fastly',
  'fastly-composed': '/fastly-composed',
  imgix: '/imgix',
  'imgix-defaults': '/imgix-defaults',
  'imgix-signed': '/imgix-signed',
  'imgix-proxy': '/imgix-proxy',
  imageoptim: '/imageoptim',
  site: '/site',
  root: '',
};

/** The configuration of the server under test. `pictures` is the folder behind the folder mounts. */
export function configuration({ home, port, originPort, pictures }) {
  const folder = { kind: 'folder', path: pictures };
  const allow = [`127.0.0.1:${originPort}`];
  const web = { kind: 'web', allow };
  const site = { kind: 'http', base: `http://127.0.0.1:${originPort}/`, allow };
  const source = (dialect, name, rest) => ({ name, dialect, mount: MOUNTS[name], ...rest });
  return {
    listen: { host: '127.0.0.1', port },
    cache: { folder: join(home, 'cache'), size: '256MB' },
    // An answer stays as it was first given
    refine: false,
    c2pa: { certificate: join(home, 'chain.pem'), privateKey: join(home, 'key.pem') },
    sources: [
      source('fastly', 'fastly', { hosts: ['fastly.test'], origin: folder }),
      source('fastly', 'fastly-composed', {
        origin: folder,
        defaults: { header_features: 'true' },
      }),
      source('imgix', 'imgix', { hosts: ['imgix.test'], origin: folder }),
      source('imgix', 'imgix-defaults', {
        origin: folder,
        defaults: { auto: 'format', w: '240', bg: '00ff00' },
      }),
      source('imgix', 'imgix-signed', {
        hosts: ['signed.imgix.test'],
        origin: folder,
        signing: { tokens: TOKENS, required: true },
      }),
      source('imgix', 'imgix-proxy', {
        hosts: ['proxy.imgix.test'],
        origin: web,
        signing: { tokens: TOKENS.slice(0, 1), required: true },
      }),
      source('imageoptim', 'imageoptim', {
        hosts: ['img.test'],
        accounts: ['fovea1'],
        origin: web,
      }),
      source('imageoptim', 'site', { origin: site }),
    ],
  };
}
