export const hash = 'c5a964e55fc6180105ba68ec635e87719d7fcbc3454e7f14e48cb358ea2584f5';
export const section = 'nocodb-bitbucket-auth';
export const build = 'cfc37c087870c13ebe546ea1aa6cffba18f06959fcdcaea98bb7873f762eb687';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/c5a964e55fc6180105ba68ec635e87719d7fcbc3454e7f14e48cb358ea2584f5');
