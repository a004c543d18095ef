/** The services that NocoDB hands to a wrapper: a logger, and a row that can be read and written. */

/** A logger that keeps only warnings and errors. */
export const troubleLogger = (lines) => (line) => {
  if (!line.startsWith('INFO ')) lines.push(line);
};

/** A NocoDB with one row, which a wrapper can read and write. */
export function rowHost(stored, services) {
  const host = {
    row: stored,
    writes: 0,
    lines: [],
    loadConfig: async () => structuredClone(host.row),
    saveConfig: async (saved) => {
      host.writes += 1;
      host.row = structuredClone(saved);
    },
    logger: (line) => troubleLogger(host.lines)(line),
    ...services,
  };
  return host;
}
