export const hash = '35f802c62c9646532bdc36f883d2e3a13a7ee5995093ad10f677a0b3e135f306';
export const section = 'nocodb-bitbucket-auth';
export const build = '6c9e3482b06cf601f48d7a512e6e088721cbd6dbe68fa275e583896406e585a3';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/35f802c62c9646532bdc36f883d2e3a13a7ee5995093ad10f677a0b3e135f306');
