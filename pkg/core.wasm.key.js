export default Symbol.for('nocodb-bitbucket-auth/core.wasm/b42f01d713d86762dc531d8405b6a199762bdcc1ededde225c152455e5acb294');
export const hash = 'b42f01d713d86762dc531d8405b6a199762bdcc1ededde225c152455e5acb294';
export const section = 'nocodb-bitbucket-auth';
export const build = 'b008be27cd467c51d27cfbcf6bed044f39face6367112fd9df267fc7eab3415a';
