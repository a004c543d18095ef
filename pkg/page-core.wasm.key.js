export const hash = '8f85c0bcbf6680e5f8e48aacab3300b43842666a5be295128baf39c48937119c';
export const section = 'nocodb-bitbucket-auth';
export const build = 'f0457066ecdc2593640485e80d3a6064c18c3c1ca790a6e6d8791416c94068dd';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/8f85c0bcbf6680e5f8e48aacab3300b43842666a5be295128baf39c48937119c');
