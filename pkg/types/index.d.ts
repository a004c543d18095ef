import type { IntegrationEntry } from './index.cjs';

export * from './index.cjs';

/** The integration for `process.env`. */
declare const entry: IntegrationEntry;
export default entry;
