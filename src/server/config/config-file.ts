/**
 * Config file: the value in a JSON or YAML file, or the place and reason why
 * there is none.
 *
 * Reasons are words of this file, never those of a parser: parsers quote what
 * they read, and a configuration holds secrets.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type * as Yaml from 'yaml';
import { findJsonProblem } from './json-problem.ts';
import { ConfigError } from './problems.ts';
import { systemReason } from './system-reason.ts';

/**
 * The value in a configuration file, not yet checked.
 *
 * @throws ConfigError with line, column and reason for each mistake of syntax
 */
export function readConfigFile(file: string): unknown {
  const kind = extname(file).toLowerCase();
  if (!['.json', '.yaml', '.yml'].includes(kind)) {
    throw new ConfigError([`expected a .json, .yaml or .yml file, got ${JSON.stringify(file)}`]);
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is none' : `it cannot be read: ${systemReason(code)}`;
    throw new ConfigError([`expected a configuration file at ${file}, but ${why}`]);
  }
  return kind === '.json' ? readJson(file, text) : readYaml(file, text);
}

function readJson(file: string, text: string): unknown {
  const problem = findJsonProblem(text);
  if (problem === undefined) return JSON.parse(text);
  const { line, column, reason } = problem;
  throw new ConfigError([`${file}, line ${line}, column ${column}: ${reason}`]);
}

function readYaml(file: string, text: string): unknown {
  // Most configurations of servers in containers are JSON, and this takes a while to load
  const { parseDocument }: typeof Yaml = createRequire(import.meta.url)('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const problems = document.errors.map(({ code, linePos }) => {
    const [start] = linePos ?? [];
    const place = start === undefined ? '' : `, line ${start.line}, column ${start.col}`;
    return `${file}${place}: ${YAML_REASONS[code]}`;
  });
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  try {
    return document.toJS();
  } catch {
    // Aliases that name nothing, or that would grow without end
    throw new ConfigError([`${file}: expected YAML whose aliases can be followed`]);
  }
}

const YAML_REASONS: Readonly<Record<Yaml.ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias (*) cannot have an anchor or a tag',
  BAD_ALIAS: 'this alias (*) cannot be read',
  BAD_COLLECTION_TYPE: 'a list or an object stands where the other was announced',
  BAD_DIRECTIVE: 'this directive (%) cannot be read',
  BAD_DQ_ESCAPE: 'this escape (\\) is not known in double quotes',
  BAD_INDENT: 'the indentation does not fit what stands around it',
  BAD_PROP_ORDER: 'an anchor (&) or tag (!) stands in the wrong place',
  BAD_SCALAR_START: 'a text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key cannot be a list or an object, or a colon is one too many',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside [ ] or { }',
  DUPLICATE_KEY: 'this key stands twice in one object',
  IMPOSSIBLE: 'this cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing bracket, quote, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines; is a colon missing?',
  MULTIPLE_ANCHORS: 'a value has more than one anchor (&)',
  MULTIPLE_DOCS: 'the file holds more than one document (---)',
  MULTIPLE_TAGS: 'a value has more than one tag (!)',
  NON_STRING_KEY: 'a key must be a text',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'this tag (!) is not known',
  UNEXPECTED_TOKEN: 'this cannot stand here',
};
