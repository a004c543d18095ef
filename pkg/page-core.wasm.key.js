export const hash = '3168e15a3e196073e784a78265fd92e45fda70c7c337f317a1c30772265f03ab';
export const section = 'nocodb-bitbucket-auth';
export const build = '1aa98723d4a44dce8095db44846c89b490839ded1d175e81eaac02c3e828c27b';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/3168e15a3e196073e784a78265fd92e45fda70c7c337f317a1c30772265f03ab');
