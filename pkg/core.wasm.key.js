export default Symbol.for('nocodb-bitbucket-auth/core.wasm/4fd38748c20e178db79c4479c4bd1d2d4a827fa23d9160978ac302befbbd4d39');
export const hash = '4fd38748c20e178db79c4479c4bd1d2d4a827fa23d9160978ac302befbbd4d39';
export const section = 'nocodb-bitbucket-auth';
export const build = '57578366821ed5fa27029b8015b622a9e649e54bf5e1c1713740cce25d4e963e';
