export const hash = '74d0a1e046f65181d7a7419c55159452a95dc662e7f5bfc2bcdba0a5791dac6c';
export const section = 'nocodb-bitbucket-auth';
export const build = 'e69b7c47f465c15e9c10b8d574a4d1c0678daeccb3858536ac6267953ae8504a';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/74d0a1e046f65181d7a7419c55159452a95dc662e7f5bfc2bcdba0a5791dac6c');
