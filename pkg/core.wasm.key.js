export default Symbol.for('nocodb-bitbucket-auth/core.wasm/369697d5698190a3beaca7456a7a1d1dbc930d41f12029b85a218c582156173b');
export const hash = '369697d5698190a3beaca7456a7a1d1dbc930d41f12029b85a218c582156173b';
export const section = 'nocodb-bitbucket-auth';
export const build = '4361c0096da82676d25f69d111518115f734a257823e0e695842ade2dd319581';
