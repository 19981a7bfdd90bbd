/**
 * The command `init`: a configuration to begin with, with what else there is beside it as comments.
 */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { before, withoutEnd } from '../../base/without-ends.ts';
import { textFlag } from '../flags.ts';
import type { Surroundings } from '../surroundings.ts';
import { UsageError } from '../usage-error.ts';

export interface InitFlags {
  readonly dialect: 'fastly' | 'imgix' | 'imageoptim';
  /** A folder, or the URL that originals are below of. */
  readonly origin: string;
  readonly json: boolean;
}

const DIALECTS = ['fastly', 'imgix', 'imageoptim'] as const;

/** @throws UsageError where one cannot be read */
export function initFlags(given: Readonly<Record<string, unknown>>): InitFlags {
  const named = textFlag(given.dialect) ?? 'imgix';
  const dialect = DIALECTS.find((name) => name === named);
  if (dialect === undefined) {
    throw new UsageError([`expected ${DIALECTS.join(', ')} for --dialect, got ${named}`]);
  }
  const origin = textFlag(given.origin) ?? './pictures';
  if (/^https?:/i.test(origin) && !URL.canParse(origin)) {
    throw new UsageError([`expected a folder or a URL for --origin, got ${origin}`]);
  }
  if (/[\p{Cc}'"]/u.test(origin)) {
    throw new UsageError(['expected a folder or a URL without quotes for --origin']);
  }
  return { dialect, origin, json: given.json === true };
}

/** Writes a configuration that is not there yet. @throws UsageError where it is; errors of the system */
export async function init(
  file: string,
  flags: InitFlags,
  { out }: Pick<Surroundings, 'out'>,
): Promise<void> {
  if (!/^\.ya?ml$/i.test(extname(file))) {
    throw new UsageError([`expected a name that ends in .yaml, got ${file}`]);
  }
  try {
    // `wx`: what is there stays, also where it comes at this moment. Secrets may come into it: for its owner alone
    await writeFile(file, configText(flags), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError([`${file} is there already; it is left as it is`]);
    }
    throw error;
  }
  if (flags.json) return out(`${JSON.stringify({ file })}\n`);
  const isFolder = !/^https?:/i.test(flags.origin);
  const make = isFolder && !existsSync(flags.origin) ? `  mkdir -p ${flags.origin}\n` : '';
  out(
    `${file} is written. What is behind # can be turned on.\n\n${make}  fovea doctor --config ${file}\n  fovea serve --config ${file}\n`,
  );
}

/** The text of the configuration. */
export function configText({ dialect, origin }: Pick<InitFlags, 'dialect' | 'origin'>): string {
  return `# Fovea. Every option: docs/reference/configuration.md, or fovea serve --help.

listen:
  host: 127.0.0.1 # 0.0.0.0 for all addresses of this machine
  port: 8080

cache:
  folder: ./.fovea
  size: 2GB # sources and renditions together

# workers: 2 # render processes; one per core where it is not said

sources:
  - name: pictures
    dialect: ${dialect}
    mount: /${dialect} # or hosts: [img.example.com]
${originText(origin)}
    # Only signed URLs; fovea sign makes them. A secret has 16 characters or more:
    # signing: { tokens: [{ env: PICTURE_KEY }], required: true }
    # Or only some sizes:
    # widths: { list: [320, 640, 960, 1280, 1920], policy: nearest }
    # How long answers may be kept:
    # ttl: 7d

# Purging (fovea purge) and metrics, on an address of their own:
# admin: { host: 127.0.0.1, port: 8081, tokenFile: ./admin-token }

log:
  level: info
  access: true # a line for each request
`;
}

function originText(origin: string): string {
  if (/^https?:/i.test(origin)) {
    const base = `${withoutEnd(before(before(origin, '?'), '#'), '/')}/`;
    const { hostname } = new URL(base);
    return `    origin: { kind: http, base: '${base}', allow: ['${hostname}'] }`;
  }
  return `    origin: { kind: folder, path: '${origin}' }`;
}
