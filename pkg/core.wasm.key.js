export const hash = 'a8cc246dad4558fb89a0eb2e2c03959632af1064298eb7f03bfcb3b387bbe774';
export const section = 'nocodb-bitbucket-auth';
export const build = '27b0814e6cea3adb43a45a8ce1805b8c86c8d25b37cfebce655e56d67e98bd52';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/a8cc246dad4558fb89a0eb2e2c03959632af1064298eb7f03bfcb3b387bbe774');
