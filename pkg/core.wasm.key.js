export const hash = '6648078cdb65e339434f7764b87cd600e7ff8ea52d53733311b90dae667488cd';
export const section = 'nocodb-bitbucket-auth';
export const build = 'a75101f35f65a94a24b7e82468b27c3497ff55988c6477d0c2677945a638f301';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/6648078cdb65e339434f7764b87cd600e7ff8ea52d53733311b90dae667488cd');
