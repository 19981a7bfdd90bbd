/**
 * The command line: `serve`, `explain` and `demo`.
 *
 * Flags come from the option table. Exit codes: 0 done, 1 something failed,
 * 2 the command or the configuration was wrong.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { isFault } from '../base/fault.ts';
import { createServer, type Server } from '../server/compose.ts';
import { type Config, ConfigError, loadConfig } from '../server/config.ts';
import { explainUrl, explanationText } from '../server/explain.ts';
import { silentLog } from '../server/log.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../server/options.ts';
import { serveDemo } from './demo.ts';
import type { Surroundings } from './surroundings.ts';

type Flags = Readonly<Record<string, unknown>>;

/** Runs a command line (without node and script) to its end; gives the exit code. */
export async function run(args: readonly string[], around: Surroundings): Promise<number> {
  const program = commands(around);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, around);
  }
}

function commands(around: Surroundings): Command {
  const program = new Command('fovea')
    .description('A self-hosted image server that speaks Fastly IO, imgix and ImageOptim.')
    .version(version())
    .configureOutput({ writeOut: around.out, writeErr: around.err })
    .exitOverride();

  withOptions(program.command('serve'))
    .description('Answer requests until told to stop.')
    .action(async (flags: Flags) => serve(configOf(flags, around), around));

  withOptions(program.command('explain'))
    .description('Show what is decided about a URL, without decoding a pixel.')
    .argument('<url>', 'a URL, or a path such as /imgix/photo.jpg?w=300')
    .option('--accept <header>', 'the Accept header of the visitor', 'image/avif,image/webp,*/*')
    .option('--run', 'make the picture too, and show every trial of the search')
    .option('--json', 'print JSON')
    .action(async (url: string, flags: Flags) => explain(url, flags, around));

  withOptions(program.command('demo'), { config: false })
    .description('Serve the demo pictures in all three dialects.')
    .action(async (flags: Flags) =>
      serveDemo(tableFlags(flags), around, (server) => untilStopped(server, around)),
    );
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

function configOf(flags: Flags, { env }: Surroundings): Config {
  const file = flags.config ?? env.FOVEA_CONFIG;
  if (typeof file !== 'string' || file === '') {
    throw new ConfigError(['expected --config FILE, got nothing']);
  }
  return loadConfig(file, { env, flags: tableFlags(flags) });
}

function tableFlags(flags: Flags): Partial<Record<OptionName, unknown>> {
  const given: Partial<Record<OptionName, unknown>> = {};
  for (const name of OPTION_NAMES) {
    const key = OPTIONS[name].flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (flags[key] !== undefined) given[name] = flags[key];
  }
  return given;
}

async function serve(config: Config, around: Surroundings): Promise<void> {
  const server = await createServer(config);
  await server.listen();
  await untilStopped(server, around);
}

async function untilStopped(server: Server, { stopped }: Surroundings): Promise<void> {
  await stopped;
  await server.close();
}

async function explain(url: string, flags: Flags, around: Surroundings): Promise<void> {
  const server = await createServer(configOf(flags, around), { log: silentLog });
  try {
    const accept = typeof flags.accept === 'string' ? flags.accept : undefined;
    const facts = await explainUrl(server.routes, server.engine, url, accept, {
      now: Date.now(),
      run: flags.run === true,
    });
    around.out(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : explanationText(facts));
  } finally {
    await server.close();
  }
}

/** Every failure in a sentence, and its exit code. */
function report(error: unknown, { err }: Surroundings): number {
  // Commander has written its own message, or the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    err(`The configuration cannot be used:\n${error.problems.map((p) => `  ${p}\n`).join('')}`);
    return 2;
  }
  if (isFault(error)) {
    err(`${error.message}\n`);
    return 1;
  }
  err(`${systemMessage(error)}\n`);
  return 1;
}

function systemMessage(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is in use; choose another with --port.`;
    case 'EACCES':
      return `Not permitted to use ${port === undefined ? 'a file or folder' : `port ${port}`}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address ?? 'The host'} is no address of this machine; choose one with --host.`;
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
