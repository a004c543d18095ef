export default Symbol.for('nocodb-bitbucket-auth/core.wasm/600911ed99093b5b7d089bf8931b31975e3e9935ddd81b6cdfc607a835014b6a');
export const hash = '600911ed99093b5b7d089bf8931b31975e3e9935ddd81b6cdfc607a835014b6a';
export const section = 'nocodb-bitbucket-auth';
export const build = '8762d0b839c3a3c957429deaaffee2e57e7ee98a0e9eb40bcb4de546fa2c8ba0';
