export const hash = 'fac9cd6969ee025bcd27bcd35e58d9fe6197d864b8fd75fa1d41b52ace5dea92';
export const section = 'nocodb-bitbucket-auth';
export const build = 'e90448c314a771e3b4ad4ee8a6ddd8a115d498279bcfe578044d552e65a1d6a1';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/fac9cd6969ee025bcd27bcd35e58d9fe6197d864b8fd75fa1d41b52ace5dea92');
