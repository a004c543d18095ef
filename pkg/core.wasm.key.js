export const hash = '300a35f35e196ab0db69e899f633cc43ba3e271297ebc07020e5d1018420697c';
export const section = 'nocodb-bitbucket-auth';
export const build = 'f9aea7945f0270c382c165ee7b7342beb028399f89801e4d9711093e7debbba3';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/300a35f35e196ab0db69e899f633cc43ba3e271297ebc07020e5d1018420697c');
