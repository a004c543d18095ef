export default function glue(): Record<string, unknown>;
