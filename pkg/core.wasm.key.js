export const hash = 'b2dafaf6e7b54ca838ef84a6a9448f2aff91d3ae1bada94ec20436de93cbdf6e';
export const section = 'nocodb-bitbucket-auth';
export const build = '7e4b0c317d89c4ca05502c968d29303c84d69ec2671c1d68737bb9e911f641c1';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/b2dafaf6e7b54ca838ef84a6a9448f2aff91d3ae1bada94ec20436de93cbdf6e');
