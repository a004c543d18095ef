export const hash = 'dd4fc1e84c195e8ebdc28786e8407305fa5c43d5f338e087853ccc800e32517b';
export const section = 'nocodb-bitbucket-auth';
export const build = 'b7fb74f2beb5c33caa19511c4e508ccac79b23f4fc03a7ff1216f2a791c09b12';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/dd4fc1e84c195e8ebdc28786e8407305fa5c43d5f338e087853ccc800e32517b');
