/**
 * Commands that work on pictures without a server: `optimize` and `compare`.
 */
import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** Values of `optimize --format`; its own file, which knows them, is loaded later. */
const FORMAT_WORDS = 'auto, source, avif, webp, jpeg, png, jxl, gif';

type Flags = Readonly<Record<string, unknown>>;

/** Adds them to a program. @param exit takes the exit code */
export function pictureCommands(
  program: Command,
  around: Surroundings,
  exit: (code: number) => void,
): void {
  program
    .command('optimize')
    .description('Make pictures smaller, to a measured quality, without a server.')
    .argument('<files...>', 'pictures, and folders of them')
    .option('-o, --out <folder>', 'where results go; folders are kept (./fovea-optimized)')
    .option('-f, --format <formats>', `${FORMAT_WORDS}; several with commas (auto)`)
    .option('-t, --target <target>', 'low, medium, high, or a score of SSIMULACRA 2 (medium, 75)')
    .option('-w, --width <widths>', 'most pixels across, such as 400,800,1600; one result for each')
    .option('-e, --effort <effort>', 'fast, balanced or best: time for bytes (balanced)')
    .option('-j, --jobs <count>', 'pictures at once (one per core)')
    .option('--metadata <what>', 'none, or copyright: rights fields stay in a JPEG (none)')
    .option('--manifest <file>', 'what was made (fovea-manifest.json beside the results)')
    .option('--force', 'replace files that no earlier run has made; never a picture itself')
    .option('--check', 'write nothing; exit 1 where pictures could be much smaller')
    .option('--threshold <percent>', 'with --check: how much smaller is much (10)')
    .option('--dry-run', 'say what would be made')
    .option('--watch', 'go on, and make what changes')
    .option('--json', 'print JSON')
    .action(async (files: string[], flags: Flags) => {
      const [{ optimize }, { optimizeFlags }] = await Promise.all([
        import('./optimize/optimize.ts'),
        import('./optimize/optimize-flags.ts'),
      ]);
      exit((await optimize(files, optimizeFlags(flags), around)) ? 0 : 1);
    });

  program
    .command('compare')
    .description(
      'Say how much of a picture another one has kept, by SSIMULACRA 2, in how many bytes.',
    )
    .argument('<reference>', 'the original')
    .argument('<picture>', 'what was made of it')
    .option('--heat-map <file>', 'write a PNG that shows where they differ')
    .option('--at-least <score>', 'exit 1 below this score')
    .option('--json', 'print JSON')
    .action(async (reference: string, picture: string, flags: Flags) => {
      const { compare, compareFlags } = await import('./compare/compare.ts');
      exit((await compare(reference, picture, compareFlags(flags), around)) ? 0 : 1);
    });
}
