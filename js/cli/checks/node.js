/** Whether this Node.js is one for NocoDB. One that is too old for the plugin does not get here. */

import { isTooOld } from '../node-version.js';

/** What NocoDB's package asks for. */
const NOCODBS = '22';

/** @type {import('../doctor.js').Check} */
export default {
  run({ node }) {
    return isTooOld(node, NOCODBS)
      ? {
        verdict: 'warning',
        text: `Node.js ${node} is enough for the plugin, but NocoDB asks for ${NOCODBS} or later.`,
        cure: 'Run this with the Node.js that runs NocoDB.',
      }
      : { verdict: 'good', text: `Node.js ${node}.` };
  },
};
