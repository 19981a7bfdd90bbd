/**
 * Optional package: whether a package that is no dependency stands beside this server.
 *
 * A look at the paths where Node would find it; nothing of it is loaded or run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../base/fault.ts';
import type { FormatName } from '../../image/format.ts';

/** Reads and writes JPEG XL. */
export const JXL_PACKAGE = 'wasm-vips';

/** Reads HEIC. */
export const HEIC_PACKAGE = 'libheif-js';

/** Draws pages of a PDF. */
export const PDF_PACKAGE = '@hyzyla/pdfium';

/** Draws a picture as paths. */
export const TRACER_PACKAGE = '@neplex/vectorizer';

/** What a server does without where nobody has installed it. */
export const OPTIONAL_PACKAGES: readonly string[] = [
  JXL_PACKAGE,
  HEIC_PACKAGE,
  PDF_PACKAGE,
  TRACER_PACKAGE,
];

/**
 * For what reads or writes a format by a package; part of an answer to a client.
 *
 * @throws Fault source-unsupported, where it is not installed
 */
export function requirePackage(name: string, format: FormatName): void {
  if (installedVersion(name) !== undefined) return;
  throw new Fault(
    'source-unsupported',
    `Expected a source this server reads, got ${format.toUpperCase()}. The npm package ${name} beside the server would read it.`,
  );
}

/** The version of an installed package; undefined where it is not installed. */
export function installedVersion(name: string): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const description = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(description)) return versionOf(description);
    if (folder === dirname(folder)) return undefined;
  }
}

function versionOf(file: string): string | undefined {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
  return typeof version === 'string' ? version : undefined;
}
