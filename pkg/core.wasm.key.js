export const hash = 'd0ea0091b68f198a417693244292af13fe365d01ebb205d9f6d4ee02ae3abe9e';
export const section = 'nocodb-bitbucket-auth';
export const build = '5f2ffaf0f164b462aafe3e7eebcae07ab7bfa785d1c1f98ad5ecb39dd41fe8a6';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/d0ea0091b68f198a417693244292af13fe365d01ebb205d9f6d4ee02ae3abe9e');
