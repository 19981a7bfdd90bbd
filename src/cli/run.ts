/**
 * The command line: what serves and asks servers stands here; what works on pictures in
 * `picture-commands.ts`, what sets up in `setup-commands.ts`.
 *
 * Flags come from the option table. Exit codes: 0 done, 1 something failed,
 * 2 the command or the configuration was wrong.
 */
import { Command } from 'commander';
import {
  type Config,
  type ConfigContext,
  ConfigError,
  loadConfig,
} from '../server/config/config.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../server/config/options.ts';
import { packageVersion } from '../server/telemetry/version.ts';
import { check, checkMachine } from './check.ts';
import { serveDemo } from './demo.ts';
import { explain } from './explain.ts';
import { reportFailure } from './failures.ts';
import { pictureCommands } from './picture-commands.ts';
import { replayFlags } from './replay/replay-flags.ts';
import { serve, serveFolder } from './serve.ts';
import { setupCommands } from './setup-commands.ts';
import { signUrl } from './sign.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** What a browser with AVIF sends for an image. */
const BROWSER_ACCEPT = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

type Flags = Readonly<Record<string, unknown>>;

/** Runs a command line (without node and script) to its end; gives the exit code. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  let code = 0;
  const program = commands(around, (given) => {
    code = given;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return reportFailure(error, around);
  }
}

function commands(around: Surroundings, exit: (code: number) => void): Command {
  const program = new Command('fovea')
    .description('A self-hosted image server that speaks Fastly IO, imgix and ImageOptim.')
    .version(packageVersion())
    .configureOutput({ writeOut: around.out, writeErr: around.err })
    .exitOverride();

  withOptions(program.command('serve'))
    .description('Serve a configuration, or a folder of pictures in all three dialects.')
    .argument('[folder]', 'pictures to serve without a configuration')
    .option('--check', 'check the configuration and exit')
    .action(async (folder: string | undefined, flags: Flags) => {
      if (folder !== undefined && flags.config !== undefined) {
        throw new UsageError(['expected a folder or --config FILE, got both']);
      }
      if (folder !== undefined && !flags.check) {
        return serveFolder(folder, tableFlags(flags), around);
      }
      const config = () => configOf(flags, around);
      return flags.check ? check(config(), around) : serve(config, around);
    });

  withOptions(program.command('worker'))
    .description(
      'Do what nodes of a service have queued, and answer nobody but health and metrics.',
    )
    .action(async (flags: Flags) => {
      const { work } = await import('./worker.ts');
      await work(() => configOf(flags, around), around);
    });

  withOptions(program.command('check'))
    .description(
      'Check a configuration, and what pictures are made with: 0 where it can be served, 2 where the configuration cannot, 1 where a kernel or an encoder fails.',
    )
    .option('--json', 'print JSON, of the configuration alone')
    .option('--no-self-test', 'check the configuration alone')
    .action(async (flags: Flags) => {
      const config = configOf(flags, around);
      const json = flags.json === true;
      await check(config, around, { json });
      if (!json && flags.selfTest !== false) exit((await checkMachine(config, around)) ? 0 : 1);
    });

  withOptions(program.command('explain'))
    .description('Show what is decided about a URL, without decoding a pixel; exits 1 on problems.')
    .argument('<url>', 'a URL, or a path such as /imgix/photo.jpg?w=300')
    .option('--accept <header>', 'the Accept header of the visitor', 'image/avif,image/webp,*/*')
    .option('--run', 'make the picture too, and show every trial of the search')
    .option('--json', 'print JSON')
    .action(async (url: string, flags: Flags) => {
      const config = configOf(flags, around, { foldersExist: false });
      exit((await explain(config, url, flags, around)) ? 0 : 1);
    });

  program
    .command('sign')
    .description('Sign a URL in the way of the source that answers it.')
    .argument('<url>', 'a URL, or a path such as /imgix/photo.jpg?w=300')
    .option('-c, --config <file>', 'configuration, JSON or YAML (FOVEA_CONFIG)')
    .option('--dialect <name>', 'fastly, imgix or imageoptim, without a configuration')
    .option('--mount <path>', 'with --dialect: path prefix of the source, such as /imgix')
    .option(
      '--key-file <file>',
      "a file with the secret (else FOVEA_SIGNING_KEY, else the source's)",
    )
    .option('--expires <when>', 'a duration such as 1h, a date, or seconds since 1970')
    .option('--json', 'print JSON')
    .action((url: string, flags: Flags) => {
      const reading = { foldersExist: false };
      const config = flags.dialect === undefined ? configOf(flags, around, reading) : undefined;
      signUrl(config, url, flags, around);
    });

  withOptions(program.command('replay'))
    .description("Ask a Fovea for all pictures of a site's own traffic, and compare.")
    .argument('<file>', 'a HAR file, an access log in the combined format, or a list of URLs')
    .option('--to <url>', 'a running Fovea; without it one is started from the configuration')
    .option('--mount <path>', 'path prefix of the source there, such as /imgix', '')
    .option('--site <name>', 'only requests to this host; sent where the traffic names none')
    .option('--accept <header>', 'Accept where the traffic has none', BROWSER_ACCEPT)
    .option('--jobs <count>', 'requests at once, 1 to 64', '4')
    .option('--json <file>', 'write every outcome and the summary as JSON')
    .option('--html <file>', 'write a page with the worst twenty side by side')
    .action(async (file: string, flags: Flags) => {
      const { replay } = await import('./replay/replay.ts');
      // A Fovea of its own takes any free port and does not mix with the answers on the screen
      const own = { 'listen.host': '127.0.0.1', 'listen.port': 0, 'log.level': 'error' } as const;
      const config = () => configOf(flags, around, {}, own);
      exit((await replay(file, replayFlags(flags), config, around)) ? 0 : 1);
    });

  program
    .command('purge')
    .description('Have a running Fovea forget pictures, by its admin listener.')
    .option(
      '--url <url>',
      'an address as visitors ask for it: its original and all that was made of it',
    )
    .option('--source <address>', 'an original: its URL, or its path below its origin')
    .option('--tag <tag>', 'every original with this tag, such as the name of a source')
    .option('--prefix <address>', 'every original whose path or URL begins so; / for all')
    .option('--name <name>', 'only of this source of the configuration')
    .option('--soft', 'serve what is purged while it is asked for again')
    .option('--admin <url>', 'the admin listener, such as http://127.0.0.1:8081 (FOVEA_ADMIN)')
    .option(
      '--token-file <file>',
      'holds the token (FOVEA_ADMIN_TOKEN_FILE); else FOVEA_ADMIN_TOKEN',
    )
    .action(async (flags: Flags) => {
      const { purge, purgeFlags } = await import('./purge.ts');
      exit((await purge(purgeFlags(flags, around.env), around)) ? 0 : 1);
    });

  program
    .command('warm')
    .description('Ask a running Fovea for pictures, so that visitors find them made.')
    .argument('[file]', 'addresses, one a line, or a sitemap; - for what is piped in', '-')
    .requiredOption('--base <url>', 'the Fovea to ask, such as http://127.0.0.1:8080')
    .option('--accept <header...>', 'Accept to ask with, once for each', [BROWSER_ACCEPT])
    .option('--jobs <count>', 'requests at once, 1 to 64', '2')
    .option('--rate <rate>', 'requests a second at most, such as 5/s')
    .option('--json', 'print the summary as JSON')
    .action(async (file: string, flags: Flags) => {
      const [{ warm }, { warmFlags }, { readAddresses }] = await Promise.all([
        import('./warm/warm.ts'),
        import('./warm/warm-flags.ts'),
        import('./warm/read-addresses.ts'),
      ]);
      const read = warmFlags(flags);
      exit((await warm(readAddresses(file, process.stdin), read, around)) ? 0 : 1);
    });

  pictureCommands(program, around, exit);
  setupCommands(program, around, exit, configOf);
  withOptions(program.command('demo'), { config: false })
    .description('Serve the demo pictures in all three dialects.')
    .action(async (flags: Flags) => serveDemo(tableFlags(flags), around));
  return program;
}

/** `--config` and a flag for every row of the option table. */
function withOptions(command: Command, { config = true } = {}): Command {
  if (config) command.option('-c, --config <file>', 'configuration, JSON or YAML (FOVEA_CONFIG)');
  for (const name of OPTION_NAMES) {
    const option = OPTIONS[name];
    const fallback = 'fallback' in option ? `, default ${option.fallback}` : '';
    command.option(`--${option.flag} <value>`, `${option.doc} (${option.env}${fallback})`);
  }
  return command;
}

function configOf(
  flags: Flags,
  { env }: Surroundings,
  reading: Pick<ConfigContext, 'foldersExist'> = {},
  own: Partial<Record<OptionName, unknown>> = {},
): Config {
  const file = flags.config ?? env.FOVEA_CONFIG;
  if (typeof file !== 'string' || file === '') {
    throw new ConfigError([
      'expected a configuration, got nothing: give one with --config FILE',
      'a folder of pictures needs none: fovea serve ./pictures',
    ]);
  }
  return loadConfig(file, { ...reading, env, flags: { ...own, ...tableFlags(flags) } });
}

function tableFlags(flags: Flags): Partial<Record<OptionName, unknown>> {
  const given: Partial<Record<OptionName, unknown>> = {};
  for (const name of OPTION_NAMES) {
    const key = OPTIONS[name].flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (flags[key] !== undefined) given[name] = flags[key];
  }
  return given;
}
