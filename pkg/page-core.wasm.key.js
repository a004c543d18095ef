export const hash = 'cf620b9ba4a5d1cf3d25afcef441148d6183444aa8e367af735297cc88f617a8';
export const section = 'nocodb-bitbucket-auth';
export const build = 'c17932d59bd8bcc9b46ba533adc727e7f256d2a4263c2db2cd07b6e28849ef37';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/cf620b9ba4a5d1cf3d25afcef441148d6183444aa8e367af735297cc88f617a8');
