/**
 * Commands that set up: `doctor`, `init` and `completion`.
 */
import { Argument, type Command } from 'commander';
import type { Config, ConfigContext } from '../server/config/config.ts';
import type { Surroundings } from './surroundings.ts';

type Flags = Readonly<Record<string, unknown>>;

/** Reads the configuration that flags and environment name. */
type ReadConfig = (
  flags: Flags,
  around: Surroundings,
  reading: Pick<ConfigContext, 'foldersExist'>,
) => Config;

/** Adds them to a program. @param exit takes the exit code */
export function setupCommands(
  program: Command,
  around: Surroundings,
  exit: (code: number) => void,
  readConfig: ReadConfig,
): void {
  program
    .command('doctor')
    .description('Say what of this machine, and of a configuration, is broken, risky or missing.')
    .option('-c, --config <file>', 'configuration, JSON or YAML (FOVEA_CONFIG)')
    .option('--strict', 'exit 1 on risks too')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const { doctor } = await import('./setup/doctor.ts');
      const file = flags.config ?? around.env.FOVEA_CONFIG;
      const source =
        typeof file === 'string' && file !== ''
          ? { file, read: () => readConfig(flags, around, {}) }
          : undefined;
      const asked = { json: flags.json === true, strict: flags.strict === true };
      exit((await doctor(source, asked, around)) ? 0 : 1);
    });

  program
    .command('init')
    .description('Write a configuration to begin with; one that is there is left as it is.')
    .argument('[file]', 'where to', 'fovea.yaml')
    .option('--dialect <name>', 'fastly, imgix or imageoptim (imgix)')
    .option('--origin <place>', 'a folder of originals, or the URL they are below of (./pictures)')
    .option('--json', 'print JSON')
    .action(async (file: string, flags: Flags) => {
      const { init, initFlags } = await import('./setup/init.ts');
      await init(file, initFlags(flags), around);
    });

  program
    .command('completion')
    .description('Print what completes commands and flags in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (named: string) => {
      const { completionScript, SHELLS } = await import('./setup/completion.ts');
      const shell = SHELLS.find((one) => one === named);
      if (shell !== undefined) around.out(completionScript(program, shell));
    });
}
