export default Symbol.for('nocodb-bitbucket-auth/core.wasm/2d510579e3b1d9b772de1049144e5d97c0252ba5191facbf0a00ac15bc2c557f');
export const hash = '2d510579e3b1d9b772de1049144e5d97c0252ba5191facbf0a00ac15bc2c557f';
export const section = 'nocodb-bitbucket-auth';
export const build = '17ab0ee77da977b78ec115926e7826363507660d70985728d2a8a2955df1dc0c';
