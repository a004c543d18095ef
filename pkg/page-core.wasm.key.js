export const hash = 'c6204a8b02cd4fd30c1a977fd9fb19ca9b804ff6c07af77a528886cd7e19ad6e';
export const section = 'nocodb-bitbucket-auth';
export const build = '37fdf381fcdad9d11a564ad5a6fc6ebf494d2849b653b3bcdd059251dde415ac';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/c6204a8b02cd4fd30c1a977fd9fb19ca9b804ff6c07af77a528886cd7e19ad6e');
