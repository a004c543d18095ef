/** Checks whether NocoDB supports this version of Node.js. If Node.js is too old for the plugin, main.js runs no check. */

import { isTooOld } from '../node-version.js';

/** The version that NocoDB's package requires. */
const REQUIRED_BY_NOCODB = '22';

/** @type {import('../doctor.js').Check} */
export default {
  run({ node }) {
    return isTooOld(node, REQUIRED_BY_NOCODB)
      ? {
        verdict: 'warning',
        text: `The plugin supports Node.js ${node}, but NocoDB requires ${REQUIRED_BY_NOCODB} or later.`,
        cure: 'Run this command with NocoDB\'s Node.js.',
      }
      : { verdict: 'good', text: `Node.js ${node}.` };
  },
};
