/**
 * Defines the commands, their options and the texts of `--help`. This file contains only constants, and the code that formats
 * them.
 */

/**
 * @typedef {object} Option
 * @property {'string' | 'boolean'} type
 * @property {string} [value] the name of the value in the help text
 * @property {string} help
 */

/**
 * @typedef {object} Command
 * @property {string} summary
 * @property {string} [more] more lines of the command's help text
 * @property {Record<string, Option>} options
 */

const NAME = 'nocodb-bitbucket-auth';

/** @type {Record<string, Command>} */
export const COMMANDS = {
  doctor: {
    summary: 'checks what NocoDB needs to connect to Bitbucket',
    more: 'Run it with the environment variables of the NocoDB process, for instance in its container. It prints a line for\n'
      + 'each finding: ✓ good, ✗ problem, ! warning, - skipped. Exit status: 0 no problems, 1 problems, 2 it could not run.\n'
      + 'docs/doctor.md in the repository explains each line.',
    options: {
      json: { type: 'boolean', help: 'print one JSON object' },
      online: {
        type: 'boolean',
        help: 'also test Key and Secret: sends one code exchange with an invented code. Use it sparingly: Bitbucket may lock the '
          + 'client out for a while',
      },
      nocodb: { type: 'string', value: 'URL', help: 'the URL of NocoDB; by default NC_PUBLIC_URL, or the origin of the redirect URI' },
      'token-file': { type: 'string', value: 'FILE', help: 'test the access token or API token in this file; - is standard input' },
      token: { type: 'string', value: 'TOKEN', help: 'test this token; other users of the machine can read it in the process list' },
      email: { type: 'string', value: 'ADDRESS', help: 'the token is an API token of this Atlassian account' },
      workspace: { type: 'string', value: 'NAME', help: 'the workspace of an access token' },
      repository: { type: 'string', value: 'WORKSPACE/NAME', help: 'the repository of a repository access token' },
    },
  },
  'authorize-url': {
    summary: 'prints the authorization URL',
    more: 'For inspection only: NocoDB adds state and PKCE. A login with the URL alone fails.',
    options: {},
  },
  login: {
    summary: 'logs in at Bitbucket in your browser, and prints the account and its scopes',
    more: 'It receives the callback on this machine, so the callback URL of the OAuth client has to be a loopback URL, such as\n'
      + 'http://127.0.0.1:8976/. It stores nothing.',
    options: {
      'redirect-uri': {
        type: 'string',
        value: 'URL',
        help: 'the callback URL as registered at Bitbucket; by default INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI',
      },
      'no-browser': { type: 'boolean', help: 'print the URL instead of opening a browser' },
      'show-tokens': { type: 'boolean', help: 'also print the tokens' },
    },
  },
};

const WIDTH = 100;

export function overview() {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(15)} ${summary}`);
  return [
    `Usage: ${NAME} <command> [options]`, '', ...commands, '',
    `  ${'--help'.padEnd(15)} prints this text, or the options of a command`,
    `  ${'--version'.padEnd(15)} prints the version`,
  ].join('\n');
}

/**
 * @param {string} name of a command
 * @returns {string}
 */
export function helpOf(name) {
  const { summary, more, options } = COMMANDS[name];
  const terms = Object.entries(options).map(([option, { value, help }]) =>
    /** @type {const} */ ([`--${option}${value ? ` ${value}` : ''}`, help]));
  const column = Math.max(0, ...terms.map(([term]) => term.length)) + 4;
  const lines = terms.map(([term, help]) =>
    `  ${term}`.padEnd(column) + wrapped(help, WIDTH - column).join(`\n${' '.repeat(column)}`));
  const parts = [`Usage: ${NAME} ${name}${terms.length > 0 ? ' [options]' : ''}`, `It ${summary}.`, more, lines.join('\n')];
  return parts.filter(Boolean).join('\n\n');
}

/**
 * @param {string} text
 * @param {number} width
 */
function wrapped(text, width) {
  /** @type {string[]} */
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + word.length < width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
