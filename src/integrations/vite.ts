/**
 * A plugin of Vite: what is imported as `photo.jpg?fovea` is a picture in the formats and widths that a page needs,
 * each at a measured target.
 *
 * `photo.jpg?fovea&w=400,800&target=high` says otherwise for one picture. The files go the way of all assets of Vite, in a
 * build and while developing. Works in everything that builds with Vite.
 */
import { join } from 'node:path';
import { OUTPUT_FORMATS, type OutputFormat, type Target } from '../library/optimize-plan.ts';
import { PictureFiles, type PictureSettings } from './picture-files.ts';

export interface FoveaPluginOptions {
  /** Widths where an import names none. */
  readonly widths?: readonly number[];
  /** Formats beside that of the source, the best first. */
  readonly formats?: readonly OutputFormat[];
  /** `medium` by default. */
  readonly target?: Target;
  /** Where pictures are kept from one build to the next; in the folder for caches of Vite by default. */
  readonly cache?: string;
}

/** As much of a plugin of Vite as this is. */
export interface FoveaPlugin {
  readonly name: string;
  readonly enforce: 'pre';
  configResolved(config: { readonly cacheDir: string }): void;
  load(this: { addWatchFile(file: string): void }, id: string): Promise<string | undefined>;
  closeBundle(): Promise<void>;
}

const USUAL: PictureSettings = { widths: [400, 800, 1200, 1600], formats: ['avif', 'webp'] };

/** The plugin. */
export default function fovea(options: FoveaPluginOptions = {}): FoveaPlugin {
  let files: PictureFiles | undefined;
  return {
    name: 'fovea',
    enforce: 'pre',
    configResolved({ cacheDir }) {
      files = new PictureFiles(options.cache ?? join(cacheDir, 'fovea'));
    },
    async load(id) {
      const mark = id.indexOf('?');
      const query = new URLSearchParams(mark < 0 ? '' : id.slice(mark + 1));
      if (!query.has('fovea') || files === undefined) return undefined;
      const path = id.slice(0, mark);
      this.addWatchFile(path);
      return moduleOf(await files.make(path, settingsOf(query, options)));
    },
    async closeBundle() {
      await files?.close();
    },
  };
}

/** What an import asks for. @throws Error for words that cannot be meant */
export function settingsOf(query: URLSearchParams, options: FoveaPluginOptions): PictureSettings {
  const { widths = USUAL.widths, formats = USUAL.formats, target } = options;
  const said = query.get('target');
  const asked = said === null ? target : targetOf(said);
  return {
    widths: query.get('w')?.split(',').map(widthOf) ?? widths,
    formats: query.get('formats')?.split(',').map(formatOf) ?? formats,
    ...(asked === undefined ? {} : { target: asked }),
  };
}

function widthOf(text: string): number {
  const width = Number(text);
  if (Number.isInteger(width) && width > 0) return width;
  throw new Error(`expected widths such as w=400,800, got ${text}`);
}

function formatOf(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((one) => one === text);
  if (format !== undefined) return format;
  throw new Error(`expected formats of ${OUTPUT_FORMATS.join(', ')}, got ${text}`);
}

function targetOf(text: string): Target {
  if (text === 'low' || text === 'medium' || text === 'high') return text;
  const score = Number(text);
  if (score >= 1 && score <= 100) return score;
  throw new Error(`expected target=low, medium, high or a score, got ${text}`);
}

/** A module whose default export is a picture, its files imported as the assets that they are. */
function moduleOf(made: Awaited<ReturnType<PictureFiles['make']>>): string {
  const files = made.flat();
  const imports = files.map(
    ({ file }, i) => `import f${i} from ${JSON.stringify(`${file}?url&no-inline`)};`,
  );
  const name = new Map(files.map(({ file }, i) => [file, `f${i}`]));
  const formats = made.map((list) => {
    const srcset = list.map(({ file, width }) => `\${${name.get(file)}} ${width}w`).join(', ');
    return `{ type: ${JSON.stringify(list[0]?.type)}, srcset: \`${srcset}\` }`;
  });
  const last = made.at(-1)?.at(-1);
  return `${imports.join('\n')}
export default {
  src: ${last === undefined ? "''" : name.get(last.file)},
  width: ${last?.width ?? 0},
  height: ${last?.height ?? 0},
  formats: [${formats.join(', ')}],
};
`;
}
