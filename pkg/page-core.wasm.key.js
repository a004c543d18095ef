export const hash = '5345c44fb2d9980ac2a3b47a9c73917b66b24f09ef5d034a435cfb88648a9f2a';
export const section = 'nocodb-bitbucket-auth';
export const build = '77e56d7f92846ffdb48b8537bed729dfd9ffbc247ec5eae8eaf998438ba4556c';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/5345c44fb2d9980ac2a3b47a9c73917b66b24f09ef5d034a435cfb88648a9f2a');
