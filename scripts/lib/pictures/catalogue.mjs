// The pictures of the guide: their names, what each shows, and what its numbers mean. These texts exist only here:
// docs/pictures/README.md is generated from them, and the scenes must mark as many places as there are texts.

/** The folder of the pictures, as the guide names it. */
export const FOLDER = 'docs/pictures';

/** @type {{ name: string, shows: string, marks: string[] }[]} in the order in which a user sees them */
export const pictures = [
  {
    name: 'integrations',
    shows: 'NocoDB\'s page of integrations, on which users create a connection to Bitbucket',
    marks: [
      'The plug icon in the bar on the left opens this page.',
      'The tile "Bitbucket", without an arrow, is this package. It opens the form.',
      'The tile "BitBucket", with an arrow, only announces an integration by NocoDB. It connects nothing.',
    ],
  },
  {
    name: 'form',
    shows: 'The empty form of a new connection, with the list of authentication types open',
    marks: [
      'The name of the connection in NocoDB. You can choose any name.',
      'OAuth2: a user logs in at Bitbucket and grants access. NocoDB offers it if the OAuth client is configured.',
      'The types with a token that a user created at Bitbucket. They need no OAuth client.',
    ],
  },
  {
    name: 'authenticate',
    shows: 'The form with the authentication type OAuth2',
    marks: [
      'The authentication type is OAuth2.',
      'This button opens Bitbucket\'s page in a new window.',
    ],
  },
  {
    name: 'consent',
    shows: 'The consent page in the window that opens. It is the page of the Bitbucket simulator; Bitbucket\'s '
      + 'page looks different and asks for the same scopes',
    marks: [
      'Only the simulator shows this sign.',
      'The requested scopes, in words.',
      '"Grant access" sends the browser back to NocoDB with a code.',
      '"Deny" sends it back without a code. Nothing is connected.',
    ],
  },
  {
    name: 'callback',
    shows: 'The callback page, which this package serves at the redirect URI. NocoDB closes it after a moment',
    marks: [],
  },
  {
    name: 'authenticated',
    shows: 'The form after access was granted',
    marks: [
      'The check mark shows that Bitbucket has sent a code.',
      'This button makes NocoDB exchange the code for tokens and store the connection. Do not wait: the code expires '
        + 'after a short time.',
    ],
  },
  {
    name: 'connected',
    shows: 'NocoDB\'s list of connections, with Bitbucket in it',
    marks: [],
  },
  {
    name: 'connection-test',
    shows: 'The connection test in a terminal. NocoDB\'s community edition has no button for it',
    marks: [
      'The request to NocoDB, with the connection\'s id and an API token of NocoDB.',
      'The message with the user as whom NocoDB is connected.',
      'The scopes that the client or the user did not grant. None is missing here.',
    ],
  },
  {
    name: 'denied',
    shows: 'The callback page after "Deny"',
    marks: [],
  },
  {
    name: 'wrong-secret',
    shows: 'NocoDB\'s message after "Create integration" if the client secret is wrong',
    marks: [
      'The whole message, which NocoDB shows when you move the mouse over its beginning: the cause, and the variables that '
        + 'an administrator must check. Nothing was stored.',
    ],
  },
  {
    name: 'variable-missing',
    shows: 'The form if a variable of the OAuth client is missing or wrong, here the client secret',
    marks: ['The list does not contain OAuth2. NocoDB\'s log names the variable.'],
  },
  {
    name: 'access-token',
    shows: 'The form with the authentication type Access token',
    marks: [
      'The authentication type is Access token.',
      'The token, from the settings of a repository, project or workspace at Bitbucket.',
      'The workspace for the connection test or, with the token of a repository, the repository.',
    ],
  },
];

/** The file name of a picture in a theme. */
export const fileOf = (name, theme) => `${name}${theme === 'dark' ? '-dark' : ''}.png`;

export const themes = ['light', 'dark'];

/** The file names of all pictures. */
export const files = pictures.flatMap(({ name }) => themes.map((theme) => fileOf(name, theme)));

/** A picture in Markdown that follows the reader's theme. `folder` is the path from the document to the pictures. */
export const inMarkdown = ({ name, shows }, folder) => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${folder}${fileOf(name, 'dark')}">
  <img alt="${shows.replaceAll('"', '&quot;')}" src="${folder}${fileOf(name, 'light')}">
</picture>`;

/** docs/pictures/README.md */
export const readme = () => `# Pictures of NocoDB with Bitbucket in it

\`npm run screenshots\` takes these pictures from the real NocoDB, with this package and the Bitbucket simulator, in
NocoDB's light and dark themes. It takes about three minutes, also writes this file, and needs Chromium.
\`npm run screenshots -- form consent\` takes two of them, and \`npm run screenshots -- --list\` lists all files.
\`scripts/lib/pictures/catalogue.mjs\` describes the pictures, and \`scripts/lib/pictures/scenes.mjs\` contains the steps in NocoDB.
The command replaces dates and ids with fixed ones, and draws the numbers over the real pages. The numbers mean:
${pictures.map((picture) => `
## ${picture.name}

${picture.shows}.

${inMarkdown(picture, '')}
${picture.marks.length > 0 ? `\n${picture.marks.map((mark, index) => `${index + 1}. ${mark}`).join('\n')}\n` : ''}`).join('')}`;
