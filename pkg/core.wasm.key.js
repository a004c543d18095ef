export const hash = 'b35134ed6c8bf869a7425fba53976635a0c3ff7a687744e8c3b7396ecab1a4fd';
export const section = 'nocodb-bitbucket-auth';
export const build = '537d4df3a4fa7e299169254ec4b77c185d2f948efe555b7966fc61ad93f61d1e';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/b35134ed6c8bf869a7425fba53976635a0c3ff7a687744e8c3b7396ecab1a4fd');
