/**
 * The commands with their options, and what help says of them. Constant data, and its layout.
 */

/**
 * @typedef {object} Option
 * @property {'string' | 'boolean'} type
 * @property {string} [value] what the value is called in help
 * @property {string} help
 */

/**
 * @typedef {object} Command
 * @property {string} summary
 * @property {string} [more] further words of its help
 * @property {Record<string, Option>} options
 */

const NAME = 'nocodb-bitbucket-auth';

/** @type {Record<string, Command>} */
export const COMMANDS = {
  doctor: {
    summary: 'looks for what keeps NocoDB from connecting to Bitbucket',
    more: 'Run it with the environment variables of the NocoDB process, in its container for instance. It prints a line for\n'
      + 'each check: ✓ good, ✗ a problem, ! a warning, - skipped. Exit status: 0 no problem, 1 problems, 2 it could not run.\n'
      + 'docs/doctor.md in the repository says what each line means.',
    options: {
      json: { type: 'boolean', help: 'print one JSON object' },
      online: {
        type: 'boolean',
        help: 'also try Key and Secret: one code exchange with a made-up code. Not more often than needed, as Bitbucket may '
          + 'lock the client out for a while',
      },
      nocodb: { type: 'string', value: 'URL', help: 'where NocoDB is; by default NC_PUBLIC_URL, or the origin of the redirect URI' },
      'token-file': { type: 'string', value: 'FILE', help: 'test the access token or API token in this file; - is standard input' },
      token: { type: 'string', value: 'TOKEN', help: 'the same; other users of this machine can read it in the list of processes' },
      email: { type: 'string', value: 'ADDRESS', help: 'the token is an API token of this Atlassian account' },
      workspace: { type: 'string', value: 'NAME', help: 'of an access token' },
      repository: { type: 'string', value: 'WORKSPACE/NAME', help: 'of a repository\'s access token' },
    },
  },
  'authorize-url': {
    summary: 'prints the address at which a login begins',
    more: 'For looking at it only. It has neither state nor PKCE, which NocoDB adds, so it completes no login.',
    options: {},
  },
  login: {
    summary: 'logs in at Bitbucket in your browser, and prints account and scopes',
    more: 'It waits for the callback on this machine, so the callback URL of the OAuth client has to be on loopback, such as\n'
      + 'http://127.0.0.1:8976/. Nothing is stored.',
    options: {
      'redirect-uri': {
        type: 'string',
        value: 'URL',
        help: 'the callback URL as registered at Bitbucket; by default INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI',
      },
      'no-browser': { type: 'boolean', help: 'print the address instead of opening a browser' },
      'show-tokens': { type: 'boolean', help: 'also print the tokens' },
    },
  },
};

const WIDTH = 100;

export function overview() {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(15)} ${summary}`);
  return [
    `Usage: ${NAME} <command> [options]`, '', ...commands, '',
    `  ${'--help'.padEnd(15)} this, or with a command its options`,
    `  ${'--version'.padEnd(15)} the version`,
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
