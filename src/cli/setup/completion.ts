/**
 * The command `completion`: a script for a shell that completes commands and flags, written from the
 * program's own tables. Pure.
 */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Flag {
  readonly long: string;
  readonly short?: string;
  readonly doc: string;
  /** It takes a value. */
  readonly valued: boolean;
}

interface Entry {
  readonly name: string;
  readonly doc: string;
  readonly flags: readonly Flag[];
}

/** The script of a shell for a program. */
export function completionScript(program: Command, shell: Shell): string {
  const entries = program.commands.map(entryOf);
  switch (shell) {
    case 'bash':
      return bash(program.name(), entries);
    case 'zsh':
      return zsh(program.name(), entries);
    case 'fish':
      return fish(program.name(), entries);
  }
}

function entryOf(command: Command): Entry {
  const flags = command.options.flatMap(
    ({ long, short, description, required, optional }): Flag[] => {
      if (!long) return [];
      const base = { long, doc: firstOf(description), valued: required || optional };
      return [short ? { ...base, short } : base];
    },
  );
  const help = { long: '--help', short: '-h', doc: 'display help', valued: false };
  return { name: command.name(), doc: firstOf(command.description()), flags: [...flags, help] };
}

/** The first sentence, without what a shell would read. */
function firstOf(text: string): string {
  const [first = ''] = text.split(/[.;:(]\s|[.;:]$| \(/, 1);
  return first
    .replace(/[^\p{L}\p{N} ,/+-]/gu, '')
    .slice(0, 70)
    .trim();
}

const words = ({ flags }: Entry) =>
  flags.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])).join(' ');

function bash(name: string, entries: readonly Entry[]): string {
  const cases = entries.map((entry) => `    ${entry.name}) flags='${words(entry)}' ;;`);
  return `# bash completion for ${name}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} flags=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${entries.map((entry) => entry.name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -o bashdefault -F _${name} ${name}
`;
}

function zsh(name: string, entries: readonly Entry[]): string {
  const commands = entries.map((entry) => `    '${entry.name}:${entry.doc}'`);
  const flag = ({ long, short, doc, valued }: Flag) => {
    const value = valued ? ':value:_files' : '';
    const names = short === undefined ? `'${long}` : `'(${short} ${long})'{${short},${long}}'`;
    return `${names}[${doc}]${value}'`;
  };
  const cases = entries.map(
    (entry) =>
      `    ${entry.name}) _arguments ${entry.flags.map(flag).join(' ')} '*:file:_files' ;;`,
  );
  return `#compdef ${name}
# zsh completion for ${name}
_${name}() {
  local -a commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function fish(name: string, entries: readonly Entry[]): string {
  const commands = entries.map(
    (entry) => `complete -c ${name} -n __fish_use_subcommand -f -a ${entry.name} -d '${entry.doc}'`,
  );
  const flags = entries.flatMap((entry) =>
    entry.flags.map(({ long, short, doc, valued }) => {
      const letter = short === undefined ? '' : ` -s ${short.slice(1)}`;
      const value = valued ? ' -r' : '';
      const when = `'__fish_seen_subcommand_from ${entry.name}'`;
      return `complete -c ${name} -n ${when} -l ${long.slice(2)}${letter}${value} -d '${doc}'`;
    }),
  );
  return `# fish completion for ${name}\n${[...commands, ...flags].join('\n')}\n`;
}
