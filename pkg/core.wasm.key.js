export default Symbol.for('nocodb-bitbucket-auth/core.wasm/d966179037cf0629bdec685d67ed2f8c25d9be809631954157209f1bb9748856');
export const hash = 'd966179037cf0629bdec685d67ed2f8c25d9be809631954157209f1bb9748856';
export const section = 'nocodb-bitbucket-auth';
export const build = '9455e7663327fcf3bb6211262814991d00c5684c11acb3b35e5d1be35408b3ab';
