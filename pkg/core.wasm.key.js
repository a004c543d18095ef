export const hash = 'c978a6ef18cb53525ccc1088433f5cb99792eca6a1662b2f5b8edc34173e9079';
export const section = 'nocodb-bitbucket-auth';
export const build = '830175762ff82a327f70374c06b548fdb62a1c984174e8c13801dac229076ed1';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/c978a6ef18cb53525ccc1088433f5cb99792eca6a1662b2f5b8edc34173e9079');
