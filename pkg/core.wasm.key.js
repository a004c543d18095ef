export default Symbol.for('nocodb-bitbucket-auth/core.wasm/66d5b36348f84e9b910b59685b6d2b3e476072f5c9792b80efa1f3ae12e317e8');
export const hash = '66d5b36348f84e9b910b59685b6d2b3e476072f5c9792b80efa1f3ae12e317e8';
export const section = 'nocodb-bitbucket-auth';
export const build = 'ae6883749e4f1587d968ab93d6b47ee238b35e38dc588aaac95655db31eca634';
