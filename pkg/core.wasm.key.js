export default Symbol.for('nocodb-bitbucket-auth/core.wasm/bdc37a1e470c06bccc921e823b63c8afb4449512cf375ff057b88cf49fdb5e8b');
export const hash = 'bdc37a1e470c06bccc921e823b63c8afb4449512cf375ff057b88cf49fdb5e8b';
export const section = 'nocodb-bitbucket-auth';
export const build = '0911f50f60e995edd50991c2dede392523567259faf2fd11f03f1d45fb2f884a';
