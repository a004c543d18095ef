export const hash = 'bcd8628e6b41d41395281b8d485424f9fcbbb8a2ae23874f1f89bbef79666bab';
export const section = 'nocodb-bitbucket-auth';
export const build = 'acb25c746a0010a528f10bdf24208cf0570ebe9a492246980f73524b109a7f0a';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/bcd8628e6b41d41395281b8d485424f9fcbbb8a2ae23874f1f89bbef79666bab');
