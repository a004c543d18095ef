export const hash = '6e9d2d9afb7795f5aa299819d17ec78aa2b14afbff3ae6ca5f5a93f51f6256fc';
export const section = 'nocodb-bitbucket-auth';
export const build = '692e97af5b3ebd1d8bd5728fa57dcb4103607a37591c945a3aa14db7003ab6ab';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/6e9d2d9afb7795f5aa299819d17ec78aa2b14afbff3ae6ca5f5a93f51f6256fc');
