export const hash = '3c557b0279d5ac85226cdfa9bae8182548940080b94e76ed0bed86f6f65a8c85';
export const section = 'nocodb-bitbucket-auth';
export const build = '1934e50a3b73258befce769769fd0f64d52d8f54898f54183d2aacde9d2b2e70';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/3c557b0279d5ac85226cdfa9bae8182548940080b94e76ed0bed86f6f65a8c85');
