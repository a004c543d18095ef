export const hash = 'c072262d669a71d649ba09cee938be3255d22c4057605c4d9253fe6cbbf539b5';
export const section = 'nocodb-bitbucket-auth';
export const build = 'ab37f34bcc744b2ddfff097d78c56d6cf49be7dd91f21699afe2547f5d8a372e';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/c072262d669a71d649ba09cee938be3255d22c4057605c4d9253fe6cbbf539b5');
