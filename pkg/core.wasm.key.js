export const hash = '635868d11141b2994fa2d43a55eea187e916b425918a36cf54a659cc7b9711bd';
export const section = 'nocodb-bitbucket-auth';
export const build = '9f262ee846881898ab14a7d1e78f3edc7b0a5446f92959726396166b1d9da361';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/635868d11141b2994fa2d43a55eea187e916b425918a36cf54a659cc7b9711bd');
