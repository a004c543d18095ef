export const hash = 'bfbb2a8f0c4df6da780edff86a8b25086c673b00aa69805ac66d6f1966f3ba55';
export const section = 'nocodb-bitbucket-auth';
export const build = '0ddd6604b8e173d24c20e332b68d0b547e1a2797b6fe18b8ca0e9c9c5f65497d';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/bfbb2a8f0c4df6da780edff86a8b25086c673b00aa69805ac66d6f1966f3ba55');
