export default Symbol.for('nocodb-bitbucket-auth/core.wasm/6a7af69a18eace7f140a982eb223099d6c460f68cf80446960e80a94383bdb90');
export const hash = '6a7af69a18eace7f140a982eb223099d6c460f68cf80446960e80a94383bdb90';
export const section = 'nocodb-bitbucket-auth';
export const build = 'd5f1a68198fd7bd30ce45ac032b0fcb176d9fb3befec9cf2237cfd43b6b16e8c';
